"""A tutorial's pipeline, as its reader writes it from the page alone: it knows Airflow and AWS, and nothing of strata.

The page gives the names of the jobs and crawlers, the two Variables, the schedule, the default arguments and the order of
the tasks. Whatever it does not mention is as Airflow has it: connection, waiting, retries.
"""

import csv
import io
import random
import uuid
from datetime import date, datetime, timedelta

import boto3
from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator

S3_BUCKET_NAME = Variable.get("S3_BUCKET_NAME")
S3_FILE_PATH = Variable.get("S3_FILE_PATH")

HEADERS = [
    "person_name", "user_name", "email", "personal_number", "birth_date", "address", "phone", "mac_address",
    "ip_address", "iban", "accessed_at", "session_duration", "download_speed", "upload_speed", "consumed_traffic",
    "unique_id",
]


def record():
    """A person who was on the network yesterday."""
    first, last = random.choice(["Ana", "Dan", "Ioana", "Radu"]), random.choice(["Dima", "Popa", "Rusu", "Stan"])
    user = (first + last).lower()
    yesterday = datetime.now().replace(microsecond=0) - timedelta(days=1)
    return [
        f"{first} {last}", user, f"{user}@email.ro", "2260915133704", "1961-08-30",
        "Aleea Mocanu Nr. 12, Cernavoda, 389586", "0786 645 539", "38:f9:7c:b3:d5:88", "63.138.125.200",
        "RO16EZML5644748904109718", yesterday, random.randint(0, 36_000), random.randint(0, 1_000),
        random.randint(0, 800), random.randint(0, 2_000_000), uuid.uuid4(),
    ]


def save_raw_data():
    """The batch of today, to S3."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADERS)
    writer.writerows(record() for _ in range(200))
    key = f"{S3_FILE_PATH}_{date.today()}.csv"
    boto3.client("s3").put_object(Bucket=S3_BUCKET_NAME, Key=key, Body=file.getvalue().encode())


default_args = {
    "owner": "airflow",
    "depends_on_past": False,
    "retries": 0,
}

dag = DAG(
    "console_pipeline",
    default_args=default_args,
    description="DataDriven Main Pipeline.",
    schedule="0 7 * * *",
    start_date=datetime(2024, 9, 28),
    catchup=False,
)

extract_raw_data_task = PythonOperator(task_id="extract_raw_data", python_callable=save_raw_data, dag=dag)

transform_address_task = GlueJobOperator(task_id="transform_address", job_name="staging_dim_address", dag=dag)
transform_date_task = GlueJobOperator(task_id="transform_date", job_name="staging_dim_date", dag=dag)
transform_finance_task = GlueJobOperator(task_id="transform_finance", job_name="staging_dim_finance", dag=dag)
transform_person_task = GlueJobOperator(task_id="transform_person", job_name="staging_dim_person", dag=dag)
transform_network_usage_task = GlueJobOperator(
    task_id="transform_network_usage", job_name="staging_fact_network_usage", dag=dag
)

update_raw_task = GlueCrawlerOperator(task_id="update_raw_data", config={"Name": "raw_driven_data"}, dag=dag)
update_address_task = GlueCrawlerOperator(task_id="update_address", config={"Name": "staging_dim_address"}, dag=dag)
update_date_task = GlueCrawlerOperator(task_id="update_date", config={"Name": "staging_dim_date"}, dag=dag)
update_finance_task = GlueCrawlerOperator(task_id="update_finance", config={"Name": "staging_dim_finance"}, dag=dag)
update_person_task = GlueCrawlerOperator(task_id="update_person", config={"Name": "staging_dim_person"}, dag=dag)
update_network_usage_task = GlueCrawlerOperator(
    task_id="update_network_usage", config={"Name": "staging_fact_network_usage"}, dag=dag
)

extract_raw_data_task >> update_raw_task
update_raw_task >> [
    transform_address_task,
    transform_date_task,
    transform_finance_task,
    transform_person_task,
    transform_network_usage_task,
]
transform_address_task >> update_address_task
transform_date_task >> update_date_task
transform_finance_task >> update_finance_task
transform_person_task >> update_person_task
transform_network_usage_task >> update_network_usage_task
