resource "aws_glue_catalog_database" "main" { name = "driven_data_tf" }

resource "aws_glue_classifier" "raw" {
  name = "driven-data-tf-raw"
  csv_classifier {
    contains_header        = "PRESENT"
    delimiter              = ","
    quote_symbol           = "\""
    disable_value_trimming = true
    header                 = [for column in local.wish.tables.raw.columns : split(" ", column)[0]]
  }
}

resource "aws_glue_crawler" "table" {
  for_each      = local.crawled
  name          = "${each.value.crawler}_tf"
  role          = aws_iam_role.role["glue"].arn
  database_name = aws_glue_catalog_database.main.name
  classifiers   = each.key == "raw" ? [aws_glue_classifier.raw.name] : []
  s3_target {
    path        = "s3://${aws_s3_bucket.main.id}/${each.value.path}"
    sample_size = each.key == "raw" ? 1 : null
  }
  recrawl_policy { recrawl_behavior = each.key == "raw" ? "CRAWL_EVERYTHING" : "CRAWL_NEW_FOLDERS_ONLY" }
  schema_change_policy {
    update_behavior = each.key == "raw" ? "UPDATE_IN_DATABASE" : "LOG"
    delete_behavior = each.key == "raw" ? "DEPRECATE_IN_DATABASE" : "LOG"
  }
  configuration = jsonencode({
    Version       = 1.0
    CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
    Grouping      = { TableGroupingPolicy = "CombineCompatibleSchemas" }
  })
}

resource "aws_glue_catalog_table" "table" {
  for_each      = local.declared
  name          = each.key
  database_name = aws_glue_catalog_database.main.name
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    EXTERNAL                              = "TRUE"
    classification                        = "parquet"
    "projection.enabled"                  = "true"
    "projection.batch_date.type"          = "date"
    "projection.batch_date.range"         = "2020-01-01,NOW"
    "projection.batch_date.format"        = "yyyy-MM-dd"
    "projection.batch_date.interval"      = "1"
    "projection.batch_date.interval.unit" = "DAYS"
    "storage.location.template"           = "s3://${aws_s3_bucket.main.id}/${each.value.path}batch_date=$${batch_date}"
  }
  partition_keys {
    name = "batch_date"
    type = "string"
  }
  storage_descriptor {
    location      = "s3://${aws_s3_bucket.main.id}/${each.value.path}"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info { serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" }
    dynamic "columns" {
      for_each = each.value.columns
      content {
        name = split(" ", columns.value)[0]
        type = split(" ", columns.value)[1]
      }
    }
  }
}

resource "aws_athena_workgroup" "main" {
  name          = "driven-data-tf"
  force_destroy = true
  configuration {
    bytes_scanned_cutoff_per_query = local.wish.catalog.scan_limit_bytes
    result_configuration {
      output_location = "s3://${aws_s3_bucket.main.id}/athena-results/"
      encryption_configuration { encryption_option = "SSE_S3" }
    }
  }
}
