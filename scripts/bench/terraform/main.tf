# What `up` makes of pipelines/driven-data, as one would write it for Terraform: the other side of
# scripts/bench/terraform.py.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" { type = string }
variable "root" { type = string } # the repository

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "local"
  secret_key                  = "local"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  endpoints {
    athena = var.endpoint
    ec2    = var.endpoint
    glue   = var.endpoint
    iam    = var.endpoint
    mwaa   = var.endpoint
    s3     = var.endpoint
    sts    = var.endpoint
  }
  default_tags { tags = { Project = "driven-data", Env = "dev" } }
}

data "aws_caller_identity" "me" {}

locals {
  wish       = jsondecode(file("${var.root}/pipelines/driven-data/pipeline.json")).pipeline
  account    = data.aws_caller_identity.me.account_id
  bucket     = "driven-data-tf-${local.account}"
  zones      = ["eu-central-1a", "eu-central-1b"]
  crawled    = { for name, table in local.wish.tables : name => table if can(table.crawler) }
  declared   = { for name, table in local.wish.tables : name => table if !can(table.crawler) }
  transforms = { for transform in local.wish.transforms : transform.name => transform }
  files = merge(
    { for name in local.wish.transforms[*].sql : name => "${var.root}/pipelines/driven-data/${name}" },
    {
      "dags/strata_pipeline.py"          = "${var.root}/scripts/dags/strata_pipeline.py"
      "dags/driven-data.strata.json"     = "${var.root}/pipelines/driven-data/pipeline.json"
      "requirements.txt"                 = "${var.root}/tests/requirements.txt"
      "scripts/glue/run_transform.py" = "${var.root}/scripts/glue/run_transform.py"
    },
  )
}
