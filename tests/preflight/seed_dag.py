"""A DAG with the faults of the published one: Variables at import, names of jobs and crawlers that do not exist, a bucket
that is written out. It is read as text and never runs."""

from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator

S3_BUCKET_NAME = Variable.get("S3_BUCKET_NAME")
S3_FILE_PATH = Variable.get("S3_FILE_PATH", default_var="data/raw/raw_batch_data")


def extract():
    print("reading s3://driven-data-bucket/data/raw/")


with DAG("driven_data_pipeline_as_published") as dag:
    extract_raw_data = PythonOperator(task_id="extract_raw_data", python_callable=extract)
    update_raw_data = GlueCrawlerOperator(task_id="update_raw_data", config={"Name": "raw_driven_data_crawler"})
    transform_address = GlueJobOperator(task_id="transform_address", job_name="staging_dim_address_glue")
    transform_network = GlueJobOperator(task_id="transform_network", job_name="fact_network_usage")
    extract_raw_data >> update_raw_data >> [transform_address, transform_network]
