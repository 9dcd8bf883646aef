//! The published schema of the report: every field is described, and schema and code say the same.

use aloud::codes::Code;
use aloud::report::Report;
use aloud::score::PartName;
use aloud::{disfluency, metrics, speakers, story, voices, warnings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::common::{aloud, schema};

/// Follows a reference into `$defs`.
fn resolved<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str() {
        Some(path) => root.pointer(path.trim_start_matches('#')).expect("the definition is there"),
        None => node,
    }
}

/// Calls `visit` with the path of every field, its own node and the definition that it refers to.
fn walk(root: &Value, node: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value, &Value)) {
    let meaning = resolved(root, node);
    visit(path, node, meaning);
    for (name, field) in meaning["properties"].as_object().into_iter().flatten() {
        walk(root, field, &format!("{path}/{name}"), visit);
    }
    if meaning["items"].is_object() {
        walk(root, &meaning["items"], &format!("{path}/*"), visit);
    }
}

fn fields(root: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    walk(root, root, "", &mut |path, node, meaning| found.push((path.to_string(), node.clone(), meaning.clone())));
    found.remove(0);
    found
}

#[test]
fn every_field_has_its_meaning_its_source_and_a_number_its_unit_and_range() {
    let schema = schema();
    let fields = fields(&schema);
    assert!(fields.len() > 150, "{}", fields.len());
    for (path, node, meaning) in &fields {
        let is_said = |key: &str| node[key].as_str().is_some_and(|text| !text.is_empty());
        let description = node["description"].as_str().unwrap_or_default();
        assert!(description.len() > 5 && description.ends_with('.'), "{path} has no description");
        assert!(is_said("x-source"), "{path} has no source");
        let kind = meaning["type"].to_string();
        if kind.contains("number") || kind.contains("integer") {
            assert!(is_said("x-unit"), "{path} has no unit");
            assert!(is_said("x-range") || meaning.get("minimum").is_some(), "{path} has no range");
        }
        for (name, unit) in [("_s", "s"), ("_hz", "Hz"), ("_db", "dB"), ("_dbfs", "dBFS"), ("_lufs", "LUFS")] {
            let named = path.rsplit('/').next().unwrap();
            if named.ends_with(name) && !named.ends_with("syllables_s") && kind.contains("number") {
                assert_eq!(node["x-unit"], unit, "{path}");
            }
        }
    }
}

/// Returns a report in which every section and every list has something in it.
fn full_report() -> Value {
    let mut report: Value = serde_json::from_str(include_str!("../fixtures/report.json")).unwrap();
    let evidence = json!([{"start_s": 1.0, "text": "so"}]);
    let reasons = json!([{"code": "no_result", "text": "It has no end.", "confidence": 0.9, "evidence": evidence}]);
    for part in report["score"]["parts"].as_array_mut().unwrap() {
        part["points"] = json!(part["points"].as_f64().unwrap().round());
        part["reasons"] = reasons.clone();
        part["evidence"] = evidence.clone();
    }
    for priority in report["score"]["priorities"].as_array_mut().unwrap() {
        priority["code"] = json!("no_result");
        priority["evidence"] = evidence.clone();
    }
    report["score"]["keep"] = evidence[0].clone();
    for moments in ["specifics", "outcomes", "hedges"] {
        report["story"][moments] = json!([{"text": "so", "start_s": 1.0}]);
    }
    report["story"]["order"] = json!({"in_order": 0.9, "astray": {"text": "so", "start_s": 1.0}});
    report["story"]["fit"] = json!({"asked": "conflict", "answered": "failure", "likeness": 0.5});
    let claim = json!({"code": "no_result", "confidence": 0.9, "first": 0.1, "verdict": "holds", "sentences": [0]});
    report["story"]["findings"] =
        json!({"event": "real", "claims": [claim], "results": [0], "figures": [0], "keep": 0});
    report["program"] = json!({"version": "0.1.0", "settings": {"vocabulary": ["Kubernetes"], "fillers": ["right"],
        "story_weights": "0".repeat(64), "stutter": true, "me": "first"}, "cpu": "x86_64"});
    report["left_out"] = json!({"begun_again": 1, "sounds_in_words": 1, "sounds_beside_words": 1,
        "blocks": [{"start_s": 1.0, "end_s": 1.5}]});
    report["interview"] = json!({"question_end_s": -0.1, "response_latency_s": 1.2, "latency_uncertainty_s": 0.05,
        "format": "phone", "take": 1});
    report["transcript"]["unreadable"] = json!([{"start_s": 1.0, "end_s": 2.0}]);
    let word = json!({"text": "Why?", "start_s": 0.1, "end_s": 0.4, "confidence": 0.9, "filler": false});
    report["speakers"] = json!({"count": 2, "heard": "two", "confidence": 0.9, "how": "voices", "me_confidence": 0.9,
        "turns": [{"who": "other", "start_s": 0.1, "end_s": 0.4}], "other_words": [word]});
    report["warnings"] = json!([{"code": "soft", "message": "It is soft.", "remedy": "Speak up."}]);
    let report: Report = serde_json::from_value(report).expect("the code reads it");
    serde_json::to_value(report).expect("the code writes it")
}

/// Returns a stricter schema, for a report that has everything: all fields are required, no others are allowed, and no
/// section is null and no list empty.
fn complete(node: &Value) -> Value {
    let mut node = node.clone();
    if let Some(names) = node["properties"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>()) {
        node["required"] = json!(names);
        node["additionalProperties"] = json!(false);
        node["type"] = json!("object");
    }
    if node.get("items").is_some() {
        node["type"] = json!("array");
        if node["minItems"].is_null() {
            node["minItems"] = json!(1);
        }
    }
    match node {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), complete(field))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(complete).collect()),
        other => other,
    }
}

#[test]
fn schema_and_code_have_the_same_fields() {
    let validator = jsonschema::validator_for(&complete(&schema())).unwrap();
    let report = full_report();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The validator notices a field that only one of the two has.
    for (pointer, name) in [("/fillers/events/0", "new"), ("/score", "interval"), ("/program/settings", "accent")] {
        let mut other = report.clone();
        other.pointer_mut(pointer).unwrap()[name] = json!(1);
        assert!(!validator.is_valid(&other), "{pointer}/{name}");
    }
}

/// Returns the names in a closed list, which serde's error for an unknown name enumerates.
fn names<T: DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_value::<T>(json!("?")).err().expect("that is no name").to_string();
    let names = error.split('`').skip(1).step_by(2).skip(1).map(str::to_string);
    names.collect()
}

#[test]
fn schema_and_code_have_the_same_names_in_closed_lists() {
    let schema = schema();
    let fields = fields(&schema);
    let of_code: [(&str, Vec<String>); 15] = [
        ("/fillers/events/*/kind", names::<disfluency::FillerKind>()),
        ("/fillers/events/*/heard_by/*", names::<disfluency::Witness>()),
        ("/pauses/events/*/place", names::<metrics::pauses::PausePlace>()),
        ("/length/verdict", names::<metrics::length::LengthVerdict>()),
        ("/story/sentences/*/part", names::<story::StoryPart>()),
        ("/story/findings/event", names::<story::EventKind>()),
        ("/story/findings/claims/*/verdict", names::<story::FindingVerdict>()),
        (
            "/story/findings/claims/*/code",
            Code::STORY.map(|code| serde_json::from_value(json!(code)).unwrap()).to_vec(),
        ),
        ("/story/grade", names::<story::Grade>()),
        ("/score/parts/*/reasons/*/code", names::<Code>()),
        ("/speakers/heard", names::<voices::Count>()),
        ("/speakers/how", names::<voices::How>()),
        ("/speakers/turns/*/who", names::<speakers::Who>()),
        ("/program/settings/me", names::<speakers::Me>()),
        ("/warnings/*/code", names::<warnings::WarningCode>()),
    ];
    let mut seen = 0;
    for (path, _, meaning) in &fields {
        let Some(values) = meaning["enum"].as_array() else { continue };
        let mut values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let (_, expected) = of_code.iter().find(|(of, _)| of == path).unwrap_or_else(|| panic!("{path} is not tested"));
        let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        values.sort_unstable();
        expected.sort_unstable();
        assert_eq!(values, expected, "{path}");
        seen += 1;
    }
    assert_eq!(seen, of_code.len());
    let name = &schema["properties"]["score"]["properties"]["parts"]["items"]["properties"]["name"]["description"];
    for part in PartName::STORY.iter().chain(&PartName::DELIVERY) {
        let part = json!(part);
        assert!(name.as_str().unwrap().contains(part.as_str().unwrap()), "{part}");
    }
}

#[test]
fn the_program_prints_the_schema() {
    let home = tempfile::tempdir().unwrap();
    let output = aloud(home.path()).arg("schema").output().unwrap();
    assert!(output.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), schema());
}
