//! All words are read before anything starts; and what is wrong is said once.

use crate::PIPELINE;
use strata_tests::Checkout;

#[test]
fn u31_unknown_words_are_refused_first() {
    let checkout = Checkout::new();
    let before = checkout.endpoint.count();
    for (words, said_of_it) in [
        (&["run", "2024-09-15"][..], "run: unknown word `2024-09-15`; did you mean date=2024-09-15?"),
        (&["up", "airflow", "real"], "up: unknown word `airflow`"),
        (&["up", "foo"], "up: unknown word `foo`"),
        (&["up", "run", "query", "SELECT", "1"], "query: unknown word `1`"),
        (&["up", "run", "dat=2024-09-15"], "run: unknown word `dat=2024-09-15`"),
        (&["up", "run", "date=yesterday"], "run: `yesterday` is not a day such as 2024-09-15"),
        (&["up", "down", "now"], "down: unknown word `now`"),
        (&["up", "plan", "detailed"], "plan: unknown word `detailed`"),
        (&["up", "run", "rebuild", "rows=10"], "run: `rebuild` takes no date"),
        (&["up", "run", "input=x.csv", "generate"], "run: input=FILE brings rows, and `generate`"),
        (&["up", "run", "table=raw"], "run: table=raw says what input=FILE is for"),
        (&["up", "dag", "from=2024-09-15"], "dag: from=DAY and to=DAY go together"),
        (&["up", "dag", "from=2024-09-15", "to=2024-09-01"], "dag: from=2024-09-15 is after to=2024-09-01"),
        (&["up", "run", ""], "run: unknown word ``"),
        (&["upp"], "strata: unknown recipe `upp`"),
        (&["pipeline=driven-data"], "strata: no recipe is named"),
        (&["up", "layer", "storage"], "layer: say which layer, and which verb"),
        (&["up", "target=here"], "strata: the target is `here`; it can be local or aws"),
        (&["up", "airflow=real", "pipeline=minimal"], "up: pipeline minimal asks for no Airflow"),
        (&["layer", "storag", "plan"], "layer: unknown layer `storag`; known are "),
    ] {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert!(said.err.contains(said_of_it), "{words:?}: {}", said.err);
        assert_eq!(said.out, "", "{words:?}");
    }
    assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    assert!(!checkout.path(".strata").exists());
}

#[test]
fn u19_an_error_in_the_pipeline_is_said_once() {
    let checkout = Checkout::new();
    checkout.change(PIPELINE, |pipeline| pipeline["tabels"] = 1.into());
    for words in
        [&["up", "run", "query"][..], &["plan"], &["status"], &["down"], &["layer", "net", "plan"], &["dag-check"]]
    {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert_eq!(said.err.matches("unknown field `tabels`").count(), 1, "{words:?}: {}", said.err);
        assert!(
            !said.err.contains("stdin is empty") && said.err.contains("nothing was touched"),
            "{words:?}: {}",
            said.err
        );
    }
}

#[test]
fn u29_dag_check_needs_no_region_and_prints_no_document() {
    let checkout = Checkout::new();
    checkout.change(PIPELINE, |pipeline| drop(pipeline.as_object_mut().unwrap().remove("region")));
    let said = checkout.done(&["dag-check"]);
    assert_eq!(said.out, "");
}
