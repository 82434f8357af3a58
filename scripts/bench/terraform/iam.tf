resource "aws_iam_role" "role" {
  for_each = { airflow = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"], glue = ["glue.amazonaws.com"] }
  name     = "driven-data-tf-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = each.value } }]
  })
}

resource "aws_iam_role_policy" "rights" {
  for_each = aws_iam_role.role
  name     = "strata"
  role     = each.value.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:*"], Resource = ["arn:aws:s3:::${local.bucket}", "arn:aws:s3:::${local.bucket}/*"] },
      { Effect = "Allow", Action = ["glue:*", "logs:*", "airflow:PublishMetrics", "sqs:*"], Resource = "*" },
    ]
  })
}
