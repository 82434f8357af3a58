resource "aws_mwaa_environment" "main" {
  name                           = "driven-data-tf"
  airflow_version                = local.wish.airflow.version
  environment_class              = local.wish.airflow.class
  min_workers                    = local.wish.airflow.min_workers
  max_workers                    = local.wish.airflow.max_workers
  schedulers                     = local.wish.airflow.schedulers
  webserver_access_mode          = local.wish.airflow.access
  execution_role_arn             = aws_iam_role.role["airflow"].arn
  source_bucket_arn              = aws_s3_bucket.main.arn
  dag_s3_path                    = "dags"
  requirements_s3_path           = "requirements.txt"
  requirements_s3_object_version = aws_s3_object.file["requirements.txt"].version_id
  logging_configuration {
    worker_logs {
      enabled   = true
      log_level = "INFO"
    }
    webserver_logs {
      enabled   = true
      log_level = "INFO"
    }
    scheduler_logs {
      enabled   = true
      log_level = "INFO"
    }
    dag_processing_logs {
      enabled   = true
      log_level = "INFO"
    }
    task_logs {
      enabled   = true
      log_level = "INFO"
    }
  }
  network_configuration {
    security_group_ids = [aws_security_group.main.id]
    subnet_ids         = aws_subnet.private[*].id
  }
  # MWAA checks all of this when it is asked for an environment.
  depends_on = [
    aws_iam_role_policy.rights, aws_nat_gateway.main, aws_route.private, aws_route.public, aws_route_table_association.private,
    aws_route_table_association.public, aws_s3_bucket_public_access_block.main, aws_s3_bucket_versioning.main,
    aws_s3_object.file, aws_vpc_security_group_egress_rule.all, aws_vpc_security_group_ingress_rule.self,
  ]
}
