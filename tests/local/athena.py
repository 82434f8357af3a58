"""Athena on the local endpoint, as boto3 sees it. Each function is one check; arguments name those to run."""

import tempfile
import uuid

from common import athena, bucket, crawl, crawler, glue, main, put, query, quotes, refused, rows, s3, unique, until

PEOPLE = 'id,address,n,x\na1,"Strada ""Mare"", Cernavoda, 389586",7,1.5\na2,"Aleea, Curtici, 748095",8,\na3,Drumul,9,2.5\n'


def place():
    """A bucket, a database with the table `people`, and where results go."""
    where = bucket()
    put(where, "people/one.csv", PEOPLE)
    types = {"CustomDatatypeConfigured": True, "CustomDatatypes": ["STRING", "STRING", "INT", "STRING"]}
    name, database = crawler(where, "people/", Classifiers=[quotes(**types)])
    assert crawl(name)["Status"] == "SUCCEEDED"
    return where, database, f"s3://{where}/results/"


def d17_shift():
    where, database, out = place()
    got = rows("SELECT id, address, n FROM people ORDER BY id", database, out)
    assert got == [["a1", 'Strada "Mare", Cernavoda, 389586', "7"], ["a2", "Aleea, Curtici, 748095", "8"], ["a3", "Drumul", "9"]], got
    name, plain = crawler(where, "people/")
    crawl(name)
    shifted = rows("SELECT address, n FROM people WHERE id = 'a2'", plain, out)
    assert shifted == [['"Aleea', None]], shifted


def results():
    where, database, out = place()
    found = query("SELECT id, n, x, n > 7 AS big FROM people ORDER BY id", database, out)
    assert found["StatementType"] == "DML" and found["Statistics"]["DataScannedInBytes"] == len(PEOPLE), found
    key = found["ResultConfiguration"]["OutputLocation"].split("/", 3)[3]
    assert key == f"results/{found['QueryExecutionId']}.csv"
    body = s3.get_object(Bucket=where, Key=key)["Body"].read().decode()
    assert body == '"id","n","x","big"\n"a1","7","1.5","false"\n"a2","8","","true"\n"a3","9","2.5","true"\n', body
    s3.head_object(Bucket=where, Key=f"{key}.metadata")
    answer = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])["ResultSet"]
    assert [column["Type"] for column in answer["ResultSetMetadata"]["ColumnInfo"]] == ["varchar", "integer", "varchar", "boolean"]
    assert [cell["VarCharValue"] for cell in answer["Rows"][0]["Data"]] == ["id", "n", "x", "big"]
    null = rows("SELECT CAST(NULL AS varchar) AS a, id FROM people ORDER BY id LIMIT 1", database, out)
    assert null == [[None, "a1"]], null


def paging():
    where, database, out = place()
    lines = "".join(f"{at},{at * 2}\n" for at in range(2500))
    put(where, "many/one.csv", "k,v\n" + lines)
    name, many = crawler(where, "many/")
    crawl(name)
    found = query("SELECT k FROM many ORDER BY k", many, out)
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=found["QueryExecutionId"])
    got = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert got == ["k"] + [str(at) for at in range(2500)]
    first = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"], MaxResults=2)
    assert len(first["ResultSet"]["Rows"]) == 2 and first["NextToken"]
    refused("InvalidRequestException", "NextToken", athena.get_query_results, QueryExecutionId=found["QueryExecutionId"], NextToken="x")
    assert "many" in rows_of("SHOW TABLES", many, out)


def files():
    """Tables of two files: only the columns that a query needs are read, and rows are counted where it needs none."""
    import duckdb

    where, _, out = place()
    for start in (0, 100):
        made = f"SELECT i AS k, i * 2 AS v, 'n' || i AS name FROM range({start}, {start + 100}) AS t(i)"
        for kind, words in (("csv", "(HEADER)"), ("parquet", "(FORMAT parquet)")):
            with tempfile.NamedTemporaryFile() as file:
                duckdb.sql(f"COPY ({made}) TO '{file.name}' {words}")
                with open(file.name, "rb") as body:
                    put(where, f"{kind}/{start}.{kind}", body.read())
    for kind in ("csv", "parquet"):
        name, database = crawler(where, f"{kind}/")
        assert crawl(name)["Status"] == "SUCCEEDED"
        ask = lambda sql: rows(sql.replace("FROM T", f"FROM {kind}"), database, out)
        got = [ask("SELECT count(*) FROM T"), ask("SELECT count(name), sum(k) FROM T WHERE v >= 300"), ask("SELECT 1 FROM T")]
        assert got[:2] == [[["200"]], [["50", "8725"]]] and got[2] == [["1"]] * 200, (kind, got)
        assert ask("SELECT name FROM T WHERE k = 150") == [["n150"]]
        assert len(ask("SELECT v FROM T LIMIT 130")) == 130
        assert len(ask("SELECT v, k FROM T OFFSET 30 LIMIT 200")) == 170
        assert ask("SELECT k FROM T ORDER BY k DESC OFFSET 1 LIMIT 2") == [["198"], ["197"]]


def rows_of(sql, database, out):
    found = query(sql, database, out)
    answer = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
    return [row["Data"][0]["VarCharValue"] for row in answer["ResultSet"]["Rows"]]


def errors():
    _, database, out = place()

    def reason(sql, expect="FAILED"):
        return query(sql, database, out, expect=expect)["Status"]["StateChangeReason"]

    assert reason("SELECT * FROM nope") == f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{database}.nope' does not exist"
    assert "Schema 'nodb' does not exist" in reason("SELECT * FROM nodb.t")
    wrong = reason("SELECT id,\n  nope FROM people")
    assert wrong.startswith("COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved"), wrong
    assert "not CREATE" in reason("CREATE TABLE x AS SELECT 1")
    assert "DIVISION_BY_ZERO" in reason("SELECT n / 0 FROM people")
    start = athena.start_query_execution
    to = {"OutputLocation": out}
    refused("InvalidRequestException", "line 1:", start, QueryString="SELCT 1", ResultConfiguration=to)
    refused("InvalidRequestException", "line 1:", start, QueryString="SELECT id FROM", ResultConfiguration=to)
    refused("InvalidRequestException", "Only one sql statement", start, QueryString="SELECT 1; SELECT 2", ResultConfiguration=to)
    refused("InvalidRequestException", "No output location provided", start, QueryString="SELECT 1")
    refused("InvalidRequestException", "WorkGroup nope is not found", start, QueryString="SELECT 1", WorkGroup="nope")
    refused("InvalidRequestException", "was not found", athena.get_query_execution, QueryExecutionId="nope")
    # A parser that goes back at every bracket would be busy for years.
    endless = "SELECT " + "CASE WHEN a THEN " * 40 + "1"
    refused("InvalidRequestException", "reasonable time", start, QueryString=endless, ResultConfiguration=to)
    failed = query("SELECT * FROM nope", database, out, expect="FAILED")
    assert failed["Status"]["AthenaError"]["ErrorCategory"] == 2
    refused("InvalidRequestException", "Final query state: FAILED", athena.get_query_results, QueryExecutionId=failed["QueryExecutionId"])


def workgroup():
    where, database, out = place()
    name = unique("group")
    config = {
        "ResultConfiguration": {"OutputLocation": f"s3://{where}/group/"},
        "EnforceWorkGroupConfiguration": True,
        "BytesScannedCutoffPerQuery": 10_000_000,
    }
    athena.create_work_group(Name=name, Configuration=config)
    found = query("SELECT count(*) FROM people", database, out, WorkGroup=name)
    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{where}/group/")
    assert athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"] == [found["QueryExecutionId"]]
    batch = athena.batch_get_query_execution(QueryExecutionIds=[found["QueryExecutionId"], "nope"])
    assert len(batch["QueryExecutions"]) == 1 and len(batch["UnprocessedQueryExecutionIds"]) == 1
    put(where, "large/one.csv", "k,v\n" + "1,2\n" * 3_000_000)
    name_of, large = crawler(where, "large/")
    crawl(name_of)
    stopped = query("SELECT count(*) FROM large", large, out, expect="CANCELLED", WorkGroup=name)
    assert "Bytes scanned limit was exceeded" in stopped["Status"]["StateChangeReason"]
    token = str(uuid.uuid4())
    start = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": out}, "ClientRequestToken": token}
    one, two = (athena.start_query_execution(**start)["QueryExecutionId"] for _ in range(2))
    assert one == two


def cancel():
    where, database, out = place()
    sql = "SELECT count(*) FROM big a JOIN big b ON a.k = b.k"
    put(where, "big/one.csv", "k,v\n" + "1,2\n" * 15_000)
    name, big = crawler(where, "big/")
    crawl(name)
    started = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": big}, ResultConfiguration={"OutputLocation": out})
    one = started["QueryExecutionId"]
    refused("InvalidRequestException", "not yet finished", athena.get_query_results, QueryExecutionId=one)
    athena.stop_query_execution(QueryExecutionId=one)
    state = lambda: athena.get_query_execution(QueryExecutionId=one)["QueryExecution"]["Status"]["State"]
    until("CANCELLED", lambda: state() == "CANCELLED")


def catalog_statements():
    where, database, out = place()
    assert rows_of("show tables", database, out) == ["people"]
    assert rows_of(f"SHOW TABLES IN {database}", "default", out) == ["people"]
    assert database in rows_of("SHOW DATABASES;", database, out)
    assert [line.split()[:2] for line in rows_of("DESCRIBE people", database, out)] == [["id", "string"], ["address", "string"], ["n", "int"], ["x", "string"]]
    for day in ("2024-09-14", "2024-09-15"):
        put(where, f"days/day={day}/one.csv", f"k,v\n1,{day[-2:]}\n2,3\n")
    name, days = crawler(where, "days/")
    crawl(name)
    assert rows_of("SHOW PARTITIONS days", days, out) == ["day=2024-09-14", "day=2024-09-15"]
    assert rows("SELECT v FROM days WHERE day = '2024-09-15' AND k = 1", days, out) == [["15"]]
    assert rows("SELECT day, count(*) FROM days GROUP BY day ORDER BY 1", days, out) == [["2024-09-14", "2"], ["2024-09-15", "2"]]
    # What no crawler has registered, Athena does not see, unless the table projects its partitions.
    put(where, "days/day=2024-09-16/one.csv", "k,v\n1,16\n2,3\n")
    assert rows("SELECT count(*) FROM days", days, out) == [["4"]]
    table = glue.get_table(DatabaseName=days, Name="days")["Table"]
    keep = ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    changed = {key: table[key] for key in keep}
    changed["Parameters"]["projection.enabled"] = "true"
    glue.update_table(DatabaseName=days, TableInput=changed)
    assert rows("SELECT count(*) FROM days", days, out) == [["6"]]


DIALECT = [
    ("count(*)", "3"),
    ("sum(n)", "24"),
    ("sum(n) / count(*)", "8"),
    ("max(7 / 2)", "3"),
    ("max(-7 / 2)", "-3"),
    ("max(7 / 2.0)", "3.5"),
    ("avg(n)", "8.0"),
    ("approx_distinct(id)", "3"),
    ("count(DISTINCT id)", "3"),
    ("count_if(n > 7)", "2"),
    ("bool_or(n > 8)", "true"),
    ("max(CAST(n AS bigint))", "9"),
    ("min(CAST(n AS varchar))", "7"),
    ("max(CAST(n AS double))", "9.0"),
    ("max(try_cast(x AS double))", "2.5"),
    ("max(length(address))", "32"),
    ("max(upper(id))", "A3"),
    ("max(id || '-' || address)", "a3-Drumul"),
    ("max(concat(id, 'x'))", "a3x"),
    ("max(substr(id, 2, 1))", "3"),
    ("count_if(regexp_like(address, '^Stra'))", "1"),
    ("count_if(address LIKE 'A%')", "1"),
    ("max(split_part(address, ',', 1))", 'Strada "Mare"'),
    ("max(strpos(address, ','))", "14"),
    ("max(replace(id, 'a', 'b'))", "b3"),
    ("max(coalesce(nullif(id, 'a3'), 'z'))", "z"),
    ("max(if(n > 8, 'y', 'n'))", "y"),
    ("max(CASE WHEN n > 8 THEN 1 ELSE 0 END)", "1"),
    ("max(round(2.345, 1))", None),
    ("max(abs(-n))", "9"),
    ("max(n % 5)", "4"),
    ("max(greatest(n, 8))", "9"),
    ("max(year(DATE '2024-09-15'))", "2024"),
    ("max(month(TIMESTAMP '2024-09-15 10:11:12'))", "9"),
    ("max(extract(day FROM DATE '2024-09-15'))", "15"),
    ("max(date_trunc('month', DATE '2024-09-15'))", "2024-09-01"),
    ("max(date_trunc('hour', TIMESTAMP '2024-09-15 10:11:12'))", "2024-09-15 10:00:00.000"),
    ("max(date_format(TIMESTAMP '2024-09-15 10:11:12', '%Y-%m-%d %H:%i'))", "2024-09-15 10:11"),
    ("max(CAST('2024-09-15' AS date))", "2024-09-15"),
    ("max(date('2024-09-15'))", "2024-09-15"),
    ("max(CAST('1.50' AS decimal(10,2)))", "1.50"),
    ("stddev(n)", "1.0"),
    ("arbitrary('q')", "q"),
    ("max(cardinality(array_agg(id)))", None),
    ("approx_percentile(n, 0.5)", None),
]
QUERIES = [
    ("WITH t AS (SELECT n FROM people) SELECT max(n) FROM t", [["9"]]),
    ("SELECT p.id FROM people p JOIN people q ON p.id = q.id AND q.n > 8", [["a3"]]),
    ("SELECT p.id FROM people p LEFT JOIN (SELECT id FROM people WHERE n > 8) q ON p.id = q.id WHERE q.id IS NULL ORDER BY p.id", [["a1"], ["a2"]]),
    ("SELECT id FROM people WHERE id IN (SELECT id FROM people WHERE n > 8)", [["a3"]]),
    ("SELECT n % 2 AS odd, count(*) AS c FROM people GROUP BY n % 2 HAVING count(*) > 1", [["1", "2"]]),
    ("SELECT n % 2, count(*) FROM people GROUP BY 1 ORDER BY 1", [["0", "1"], ["1", "2"]]),
    ("SELECT id FROM people ORDER BY n DESC LIMIT 1", [["a3"]]),
    ("SELECT id FROM people ORDER BY n OFFSET 1 LIMIT 1", [["a2"]]),
    ("SELECT ID FROM People WHERE N = 7", [["a1"]]),
    ("SELECT people.id FROM people WHERE people.n = 7", [["a1"]]),
    ("SELECT DISTINCT n > 7 AS b FROM people ORDER BY b", [["false"], ["true"]]),
    ("SELECT id FROM people WHERE n = 7 UNION ALL SELECT id FROM people WHERE n = 8 ORDER BY id", [["a1"], ["a2"]]),
    ("SELECT id FROM people WHERE n BETWEEN 8 AND 9 AND NOT id = 'a3'", [["a2"]]),
    ("SELECT id, row_number() OVER (ORDER BY n DESC) AS r FROM people ORDER BY id LIMIT 1", [["a1", "3"]]),
    ("SELECT id, sum(n) OVER (PARTITION BY n % 2) AS s FROM people ORDER BY id", [["a1", "16"], ["a2", "8"], ["a3", "16"]]),
    ("SELECT sum(1), count(1), sum(2000000000) FROM people", [["3", "3", "6000000000"]]),
    ("SELECT a.id, b.id FROM people a JOIN people b ON a.id = b.id ORDER BY a.id LIMIT 1", [["a1", "a1"]]),
    ("SELECT count(*) - 5, count(*) * 2000000000 FROM people", [["-2", "6000000000"]]),
    ("SELECT n % 2, count(*) c FROM people GROUP BY 1 ORDER BY count(*) DESC, 1", [["1", "2"], ["0", "1"]]),
    ("SELECT n % 2 AS m, sum(n) FROM people GROUP BY n % 2 HAVING sum(n) > 8", [["1", "16"]]),
    ("SELECT n % 2, sum(n) / 2 FROM people GROUP BY 1 ORDER BY sum(n) / 2", [["0", "4"], ["1", "8"]]),
    ("SELECT id, count(*) OVER (PARTITION BY n % 2) FROM people ORDER BY id LIMIT 1", [["a1", "2"]]),
    ("SELECT substr(id, -1) FROM people WHERE n = 9", [["3"]]),
    ("SELECT DATE '2024-09-30' + INTERVAL '1' DAY", [["2024-10-01"]]),
    ("SELECT current_date > DATE '2024-01-01'", [["true"]]),
    ("SELECT id, lag(n) OVER (ORDER BY n) FROM people ORDER BY id LIMIT 1", [["a1", None]]),
    ("SELECT count(*) FILTER (WHERE n > 7) FROM people", [["2"]]),
    ("SELECT 1", [["1"]]),
    ("SELECT id FROM people WHERE nullif(x, '') IS NULL", [["a2"]]),
]


def dialect():
    """Trino's functions and forms; all that fail are named at once."""
    _, database, out = place()
    wrong = []
    checks = [(f"SELECT {text} AS v FROM people", want and [[want]]) for text, want in DIALECT] + QUERIES
    for sql, want in checks:
        try:
            got = rows(sql, database, out)
            if want is not None and got != want:
                wrong.append(f"{sql}: {got} rather than {want}")
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n" + "\n".join(wrong)
    found = query("SELECT count(*), n AS m FROM people GROUP BY n", database, out)
    answer = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])["ResultSet"]
    assert [column["Name"] for column in answer["ResultSetMetadata"]["ColumnInfo"]] == ["_col0", "m"]


def bad_values():
    """OpenCSVSerDe takes no text dates: as at AWS, the query fails rather than guess."""
    where = bucket()
    put(where, "dates/one.csv", "id,born\na,1961-08-30\nb,1923-07-22\n")
    types = {"CustomDatatypeConfigured": True, "CustomDatatypes": ["STRING", "DATE"]}
    name, database = crawler(where, "dates/", Classifiers=[quotes(**types)])
    crawl(name)
    out = f"s3://{where}/results/"
    failed = query("SELECT max(born) FROM dates", database, out, expect="FAILED")
    assert "HIVE_BAD_DATA" in failed["Status"]["StateChangeReason"], failed["Status"]


main(globals())
