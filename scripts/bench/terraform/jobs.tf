resource "aws_glue_job" "transform" {
  for_each     = local.transforms
  name         = "${each.key}_tf"
  role_arn     = aws_iam_role.role["glue"].arn
  glue_version = "3.0"
  max_capacity = 0.0625
  timeout      = local.wish.jobs.timeout_minutes
  command {
    name            = "pythonshell"
    python_version  = "3.9"
    script_location = "s3://${aws_s3_bucket.main.id}/scripts/glue/run_transform.py"
  }
  execution_property { max_concurrent_runs = 3 }
  default_arguments = {
    "--memory" = "600M"
    "--spec"   = "s3://${aws_s3_bucket.main.id}/scripts/transforms/${each.key}.json"
  }
}
