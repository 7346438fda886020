//! `leakgauge schema`: the shape of the audit and of the configuration file, as JSON schemas.
//!
//! Both are derived: that of the audit from its types, that of the configuration from the options themselves and from the
//! types of limits and ignore rules. The copies in `docs/schemas` are held to them by a test.

use anyhow::Result;
use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, CommandFactory};
use leakgauge::audit::Audit;
use leakgauge::budget::WrittenLimit;
use leakgauge::ignore::WrittenRule;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::args::{Arguments, Schema};
use super::config::{is_path, option_args};
use super::exit::ExitCode;
use super::print;

/// The dialect of both schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// `leakgauge schema FILE`
pub(crate) fn run(what: Schema) -> Result<ExitCode> {
    let schema = match what {
        Schema::Audit => audit(),
        Schema::Config => config(),
    };
    print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(ExitCode::Success)
}

fn audit() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Audit>();
    schema.insert("title".to_owned(), json!("leakgauge.audit/1"));
    schema.to_value()
}

/// The options of `scan`, and the entries of both lists.
fn config() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut generator = settings.into_generator();
    let mut command = Arguments::command();
    command.build();
    let options = option_args(&command);
    let options = options.filter_map(|arg| Some((arg.get_long()?.to_owned(), option(arg))));
    let mut properties: Map<String, Value> = options.collect();
    properties.insert("limit".to_owned(), entries::<WrittenLimit>(&mut generator));
    properties.insert("ignore".to_owned(), entries::<WrittenRule>(&mut generator));
    let definitions = generator.take_definitions(true);
    json!({
        "$schema": DIALECT,
        "title": "leakgauge.toml",
        "description": "Options of leakgauge scan under their long names, the limits of a budget, and ignore rules.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

/// A list of entries.
fn entries<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    json!({"type": "array", "items": generator.subschema_for::<T>()})
}

fn option(arg: &Arg) -> Value {
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    let is_answer = arg.get_num_args().is_some_and(|n| n.min_values() == 0);
    let values = arg.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let one = match () {
        () if is_flag || is_answer => json!({"type": "boolean"}),
        () if is_path(arg) => json!({"type": "string"}),
        () if !values.is_empty() => json!({"type": "string", "enum": values}),
        () => json!({"type": ["string", "integer"]}),
    };
    let mut schema = match arg.get_action() {
        ArgAction::Append => json!({"anyOf": [one, {"type": "array", "items": one}]}),
        _ => one,
    };
    let help = arg.get_help().map(ToString::to_string);
    if let (Some(help), Some(object)) = (help, schema.as_object_mut()) {
        object.insert("description".to_owned(), json!(help));
    }
    schema
}
