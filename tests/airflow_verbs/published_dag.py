"""A DAG as the published pages describe it: Variables at import, jobs and crawlers by the names of the console, an extract
task that makes a file and brings it to the bucket. It is read as text here, and never runs."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator

S3_BUCKET_NAME = Variable.get("S3_BUCKET_NAME")
S3_FILE_PATH = Variable.get("S3_FILE_PATH")


def extract(day):
    S3Hook().load_file("/tmp/rows.csv", f"{S3_FILE_PATH}_{day}.csv", bucket_name=S3_BUCKET_NAME)


with DAG("driven_data_pipeline", start_date=datetime(2024, 9, 28), schedule="0 7 * * *", catchup=False):
    extract_raw_data = PythonOperator(
        task_id="extract_raw_data", python_callable=extract, op_args=["{{ ds }}"]
    )
    update_raw_data = GlueCrawlerOperator(
        task_id="update_raw_data",
        config={"Name": "raw_driven_data"},
    )
    extract_raw_data >> update_raw_data
    for table in ["dim_address", "dim_date", "dim_finance", "dim_person", "fact_network_usage"]:
        transform = GlueJobOperator(task_id=f"transform_{table}", job_name=f"staging_{table}")
        update = GlueCrawlerOperator(task_id=f"update_{table}", config={"Name": f"staging_{table}"})
        update_raw_data >> transform >> update
