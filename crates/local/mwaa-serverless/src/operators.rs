//! The operators that a definition may name. The facts are those of the service's user guide (supported operators, custom
//! code) and of the schema in AWS's converter from Python.

/// What all operators of AWS begin with.
const AMAZON: &str = "airflow.providers.amazon.aws.";

/// Operators that are not AWS's.
const OTHERS: [&str; 7] = [
    "airflow.operators.bash.BashOperator",
    "airflow.operators.empty.EmptyOperator",
    "airflow.operators.python.PythonOperator",
    "airflow.providers.common.sql.operators.sql.SQLTableCheckOperator",
    "airflow.providers.standard.operators.bash.BashOperator",
    "airflow.providers.standard.operators.empty.EmptyOperator",
    "airflow.providers.standard.operators.python.PythonOperator",
];

/// AWS's operators: the module, then its classes.
const MODULES: [(&str, &str); 67] = [
    (
        "operators.appflow",
        "AppflowBaseOperator AppflowRecordsShortCircuitOperator AppflowRunAfterOperator \
         AppflowRunBeforeOperator AppflowRunDailyOperator AppflowRunFullOperator AppflowRunOperator",
    ),
    ("operators.athena", "AthenaOperator"),
    ("operators.batch", "BatchCreateComputeEnvironmentOperator BatchOperator"),
    (
        "operators.bedrock",
        "BedrockBatchInferenceOperator BedrockCreateDataSourceOperator BedrockCreateKnowledgeBaseOperator \
         BedrockCreateProvisionedModelThroughputOperator BedrockCustomizeModelOperator \
         BedrockIngestDataOperator BedrockInvokeModelOperator BedrockRaGOperator BedrockRetrieveOperator",
    ),
    ("operators.cloud_formation", "CloudFormationCreateStackOperator CloudFormationDeleteStackOperator"),
    (
        "operators.comprehend",
        "ComprehendBaseOperator ComprehendCreateDocumentClassifierOperator \
         ComprehendStartPiiEntitiesDetectionJobOperator",
    ),
    ("operators.datasync", "DataSyncOperator"),
    (
        "operators.dms",
        "DmsCreateReplicationConfigOperator DmsCreateTaskOperator DmsDeleteReplicationConfigOperator \
         DmsDeleteTaskOperator DmsDescribeReplicationConfigsOperator DmsDescribeReplicationsOperator \
         DmsDescribeTasksOperator DmsStartTaskOperator DmsStopTaskOperator",
    ),
    (
        "operators.ec2",
        "EC2CreateInstanceOperator EC2HibernateInstanceOperator EC2RebootInstanceOperator \
         EC2StartInstanceOperator EC2StopInstanceOperator EC2TerminateInstanceOperator",
    ),
    (
        "operators.ecs",
        "EcsBaseOperator EcsCreateClusterOperator EcsDeleteClusterOperator \
         EcsDeregisterTaskDefinitionOperator EcsRegisterTaskDefinitionOperator EcsRunTaskOperator",
    ),
    (
        "operators.eks",
        "EksCreateClusterOperator EksCreateFargateProfileOperator EksCreateNodegroupOperator \
         EksDeleteClusterOperator EksDeleteFargateProfileOperator EksDeleteNodegroupOperator EksPodOperator",
    ),
    (
        "operators.emr",
        "EmrAddStepsOperator EmrContainerOperator EmrCreateJobFlowOperator EmrEksCreateClusterOperator \
         EmrModifyClusterOperator EmrServerlessCreateApplicationOperator \
         EmrServerlessDeleteApplicationOperator EmrServerlessStartJobOperator \
         EmrServerlessStopApplicationOperator EmrStartNotebookExecutionOperator \
         EmrStopNotebookExecutionOperator EmrTerminateJobFlowOperator",
    ),
    (
        "operators.eventbridge",
        "EventBridgeDisableRuleOperator EventBridgeEnableRuleOperator EventBridgePutEventsOperator \
         EventBridgePutRuleOperator",
    ),
    ("operators.glacier", "GlacierCreateJobOperator GlacierUploadArchiveOperator"),
    (
        "operators.glue",
        "GlueDataQualityOperator GlueDataQualityRuleRecommendationRunOperator \
         GlueDataQualityRuleSetEvaluationRunOperator GlueJobOperator",
    ),
    ("operators.glue_crawler", "GlueCrawlerOperator"),
    ("operators.glue_databrew", "GlueDataBrewStartJobOperator"),
    (
        "operators.kinesis_analytics",
        "KinesisAnalyticsV2CreateApplicationOperator KinesisAnalyticsV2StartApplicationOperator \
         KinesisAnalyticsV2StopApplicationOperator",
    ),
    ("operators.lambda_function", "LambdaCreateFunctionOperator LambdaInvokeFunctionOperator"),
    ("operators.mwaa", "MwaaTriggerDagRunOperator"),
    ("operators.neptune", "NeptuneStartDbClusterOperator NeptuneStopDbClusterOperator"),
    ("operators.quicksight", "QuickSightCreateIngestionOperator"),
    (
        "operators.rds",
        "RdsBaseOperator RdsCancelExportTaskOperator RdsCopyDbSnapshotOperator RdsCreateDbInstanceOperator \
         RdsCreateDbSnapshotOperator RdsCreateEventSubscriptionOperator RdsDeleteDbInstanceOperator \
         RdsDeleteDbSnapshotOperator RdsDeleteEventSubscriptionOperator RdsStartDbOperator \
         RdsStartExportTaskOperator RdsStopDbOperator",
    ),
    (
        "operators.redshift_cluster",
        "RedshiftCreateClusterOperator RedshiftCreateClusterSnapshotOperator RedshiftDeleteClusterOperator \
         RedshiftDeleteClusterSnapshotOperator RedshiftPauseClusterOperator RedshiftResumeClusterOperator",
    ),
    ("operators.redshift_data", "RedshiftDataOperator"),
    (
        "operators.s3",
        "S3CopyObjectOperator S3CreateBucketOperator S3CreateObjectOperator S3DeleteBucketOperator \
         S3DeleteBucketTaggingOperator S3DeleteObjectsOperator S3GetBucketTaggingOperator S3ListOperator \
         S3ListPrefixesOperator S3PutBucketTaggingOperator",
    ),
    (
        "operators.sagemaker",
        "SageMakerAutoMLOperator SageMakerBaseOperator SageMakerCreateExperimentOperator \
         SageMakerCreateNotebookOperator SageMakerDeleteModelOperator SageMakerDeleteNotebookOperator \
         SageMakerEndpointConfigOperator SageMakerEndpointOperator SageMakerModelOperator \
         SageMakerProcessingOperator SageMakerRegisterModelVersionOperator SageMakerStartNoteBookOperator \
         SageMakerStartPipelineOperator SageMakerStopNotebookOperator SageMakerStopPipelineOperator \
         SageMakerTrainingOperator SageMakerTransformOperator SageMakerTuningOperator",
    ),
    ("operators.sagemaker_unified_studio", "SageMakerNotebookOperator"),
    ("operators.sagemaker_unified_studio_notebook", "SageMakerUnifiedStudioNotebookOperator"),
    ("operators.sns", "SnsPublishOperator"),
    ("operators.sqs", "SqsPublishOperator"),
    ("operators.step_function", "StepFunctionGetExecutionOutputOperator StepFunctionStartExecutionOperator"),
    ("sensors.athena", "AthenaSensor"),
    ("sensors.base_aws", "AwsBaseSensor"),
    ("sensors.batch", "BatchComputeEnvironmentSensor BatchJobQueueSensor BatchSensor"),
    (
        "sensors.bedrock",
        "BedrockBaseSensor BedrockBatchInferenceSensor BedrockCustomizeModelCompletedSensor \
         BedrockIngestionJobSensor BedrockKnowledgeBaseActiveSensor \
         BedrockProvisionModelThroughputCompletedSensor",
    ),
    ("sensors.cloud_formation", "CloudFormationCreateStackSensor CloudFormationDeleteStackSensor"),
    (
        "sensors.comprehend",
        "ComprehendBaseSensor ComprehendCreateDocumentClassifierCompletedSensor \
         ComprehendStartPiiEntitiesDetectionJobCompletedSensor",
    ),
    ("sensors.dms", "DmsTaskBaseSensor DmsTaskCompletedSensor"),
    ("sensors.dynamodb", "DynamoDBValueSensor"),
    ("sensors.ec2", "EC2InstanceStateSensor"),
    ("sensors.ecs", "EcsBaseSensor EcsClusterStateSensor EcsTaskDefinitionStateSensor EcsTaskStateSensor"),
    ("sensors.eks", "EksBaseSensor EksClusterStateSensor EksFargateProfileStateSensor EksNodegroupStateSensor"),
    (
        "sensors.emr",
        "EmrBaseSensor EmrContainerSensor EmrJobFlowSensor EmrNotebookExecutionSensor \
         EmrServerlessApplicationSensor EmrServerlessJobSensor EmrStepSensor",
    ),
    ("sensors.glacier", "GlacierJobOperationSensor"),
    (
        "sensors.glue",
        "GlueDataQualityRuleRecommendationRunSensor GlueDataQualityRuleSetEvaluationRunSensor GlueJobSensor",
    ),
    ("sensors.glue_catalog_partition", "GlueCatalogPartitionSensor"),
    ("sensors.glue_crawler", "GlueCrawlerSensor"),
    (
        "sensors.kinesis_analytics",
        "KinesisAnalyticsV2BaseSensor KinesisAnalyticsV2StartApplicationCompletedSensor \
         KinesisAnalyticsV2StopApplicationCompletedSensor",
    ),
    ("sensors.lambda_function", "LambdaFunctionStateSensor"),
    ("sensors.mwaa", "MwaaDagRunSensor"),
    ("sensors.opensearch_serverless", "OpenSearchServerlessCollectionActiveSensor"),
    ("sensors.quicksight", "QuickSightSensor"),
    ("sensors.rds", "RdsBaseSensor RdsDbSensor RdsExportTaskExistenceSensor RdsSnapshotExistenceSensor"),
    ("sensors.redshift_cluster", "RedshiftClusterSensor"),
    ("sensors.s3", "S3KeySensor S3KeysUnchangedSensor"),
    (
        "sensors.sagemaker",
        "SageMakerAutoMLSensor SageMakerBaseSensor SageMakerEndpointSensor SageMakerPipelineSensor \
         SageMakerProcessingSensor SageMakerTrainingSensor SageMakerTransformSensor SageMakerTuningSensor",
    ),
    ("sensors.sagemaker_unified_studio_notebook", "SageMakerUnifiedStudioNotebookSensor"),
    ("sensors.sqs", "SqsSensor"),
    ("sensors.step_function", "StepFunctionExecutionSensor"),
    ("transfers.dynamodb_to_s3", "DynamoDBToS3Operator"),
    ("transfers.http_to_s3", "HttpToS3Operator"),
    ("transfers.local_to_s3", "LocalFilesystemToS3Operator"),
    ("transfers.redshift_to_s3", "RedshiftToS3Operator"),
    ("transfers.s3_to_dynamodb", "S3ToDynamoDBOperator"),
    ("transfers.s3_to_redshift", "S3ToRedshiftOperator"),
    ("transfers.sql_to_s3", "SqlToS3Operator"),
];

/// Whether the service runs operators of this full name without a code package.
pub(crate) fn is_supported(name: &str) -> bool {
    if OTHERS.contains(&name) {
        return true;
    }
    let Some((module, class)) = name.strip_prefix(AMAZON).and_then(|rest| rest.rsplit_once('.')) else { return false };
    MODULES.iter().any(|(known, classes)| *known == module && classes.split(' ').any(|one| one == class))
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn only_full_names_are_known() {
        assert!(is_supported("airflow.providers.amazon.aws.operators.glue.GlueJobOperator"));
        assert!(is_supported("airflow.providers.amazon.aws.sensors.s3.S3KeySensor"));
        assert!(is_supported("airflow.providers.standard.operators.empty.EmptyOperator"));
        for name in [
            "GlueJobOperator",
            "airflow.providers.amazon.aws.operators.glue.",
            "airflow.providers.http.operators.http.HttpOperator",
        ] {
            assert!(!is_supported(name), "{name}");
        }
    }
}
