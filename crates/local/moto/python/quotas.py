"""Service Quotas: moto knows those of VPC alone. MWAA's, as AWS documents them, are added."""

import json

from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

MWAA = [{"ServiceCode": "airflow", "QuotaCode": "L-LOCAL001", "QuotaName": "Environments per Region", "Value": 10.0}]


def patch():
    ServiceQuotasResponse.list_service_quotas = list_service_quotas
    default = ServiceQuotasBackend.list_aws_default_service_quotas
    ServiceQuotasBackend.list_aws_default_service_quotas = with_mwaa(default)


def with_mwaa(default):
    def quotas(self, service_code):
        return MWAA if service_code == "airflow" else default(self, service_code)

    return quotas


def list_service_quotas(self):
    """No increase was requested here."""
    code = str(json.loads(self.body).get("ServiceCode"))
    return json.dumps({"Quotas": self.backend.list_aws_default_service_quotas(code)})
