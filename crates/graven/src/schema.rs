//! `graven schema`: the keys of front matter, settings and topics as JSON schemas, for editors. The files are in `schemas/`; the tests compare them with
//! what press reads.

use clap::{Args, ValueEnum};

use crate::error::{self, Error};

/// Print a JSON schema, with which editors complete and check settings.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What it describes
    of: Of,
}

const EXAMPLES: &str = "\
`graven init` has written those of site.toml and topics.toml to `.graven/`, where the first lines of the two files name them.

Example:
  graven schema site >.graven/site.json        after an update of graven
";

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// The front matter of posts and pages
    FrontMatter,
    /// site.toml
    Site,
    /// topics.toml
    Topics,
}

const FRONT_MATTER: &str = include_str!("../schemas/front-matter.json");

/// The schema of site.toml.
pub(crate) const SITE: &str = include_str!("../schemas/site.json");

/// The schema of topics.toml.
pub(crate) const TOPICS: &str = include_str!("../schemas/topics.json");

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    error::print(match options.of {
        Of::FrontMatter => FRONT_MATTER,
        Of::Site => SITE,
        Of::Topics => TOPICS,
    })
}

#[cfg(test)]
mod tests {
    use graven_press::Options as Press;
    use graven_press::diagnostic::{Diagnostic, Report};
    use graven_press::source;
    use graven_press::tree::SourceTree;
    use serde_json::{Value, json};

    use super::*;

    /// Where a table of a schema is written.
    struct Place {
        schema: &'static str,
        /// The table in the schema: a JSON pointer.
        table: &'static str,
        path: &'static str,
        /// What is before the keys of the table, and after them. Keys of the table are left out if they are under test.
        before: &'static str,
        after: &'static str,
    }

    const PLACES: [Place; 10] = [
        Place { schema: FRONT_MATTER, table: "", path: "posts/a/index.md", before: "+++\n", after: "+++\n" },
        Place { schema: SITE, table: "", path: "site.toml", before: "", after: "" },
        Place { schema: SITE, table: "/properties/author", path: "site.toml", before: "[author]\n", after: "" },
        Place { schema: SITE, table: "/properties/license", path: "site.toml", before: "[license]\n", after: "" },
        Place { schema: SITE, table: "/properties/security", path: "site.toml", before: "[security]\n", after: "" },
        Place {
            schema: SITE,
            table: "/properties/navigation/items",
            path: "site.toml",
            before: "[[navigation]]\n",
            after: "",
        },
        Place { schema: SITE, table: "/properties/footer/items", path: "site.toml", before: "[[footer]]\n", after: "" },
        Place { schema: SITE, table: "/properties/policy", path: "site.toml", before: "[policy]\n", after: "" },
        Place { schema: TOPICS, table: "", path: "topics.toml", before: "", after: "" },
        Place {
            schema: TOPICS,
            table: "/properties/topic/items",
            path: "topics.toml",
            before: "[[topic]]\n",
            after: "",
        },
    ];

    impl Place {
        fn properties(&self) -> serde_json::Map<String, Value> {
            let schema: Value = serde_json::from_str(self.schema).expect("JSON");
            let table = schema.pointer(self.table).expect("the table");
            assert_eq!(table["additionalProperties"], false, "{}{}", self.path, self.table);
            table["properties"].as_object().expect("properties").clone()
        }

        /// What press says about the value of a key, in a site that is right otherwise.
        fn found(&self, key: &str, value: &Value) -> Vec<Diagnostic> {
            let mut tree = SourceTree::default();
            tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\n");
            tree.insert("topics.toml", "[[topic]]\nslug = \"tooling\"\ntitle = \"T\"\nblurb = \"B.\"\n");
            tree.insert("posts/a/photo.png", "");
            tree.insert("posts/hello.md", "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2025-11-28\n+++\n");
            let others = match self.path {
                "posts/a/index.md" => &[("title", "\"A\""), ("description", "\"B.\""), ("date", "2025-11-28")][..],
                "site.toml" if self.table.is_empty() => &[("title", "\"A\""), ("description", "\"B.\"")],
                _ => &[],
            };
            let others = others.iter().filter(|(other, _)| *other != key);
            let others = others.fold(String::new(), |lines, (other, value)| lines + other + " = " + value + "\n");
            let file = format!("{}{key} = {}\n{others}{}", self.before, toml(value), self.after);
            let at = self.before.len()..file.len() - others.len() - self.after.len();
            tree.insert(self.path, file);
            let mut report = Report::default();
            source::read(&tree, &Press::default(), &mut report);
            let is_here = |found: &&Diagnostic| {
                found.path == self.path && found.span.as_ref().is_some_and(|span| at.contains(&span.start))
            };
            report.diagnostics().iter().filter(is_here).cloned().collect()
        }
    }

    /// A value as TOML has it.
    fn toml(value: &Value) -> String {
        match value {
            Value::Object(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("\"{key}\" = {}", toml(value))).collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Value::Array(values) => format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", ")),
            value => value.to_string(),
        }
    }

    #[test]
    fn the_keys_of_each_schema_are_those_that_press_knows() {
        for place in PLACES {
            let found = place.found("no_such_key", &json!(1));
            let unknown = found.iter().find(|found| found.code == "unknown-key").expect("it is reported");
            let known = unknown.help.concat();
            let mut known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
            known.sort_unstable();
            let properties = place.properties();
            assert_eq!(
                properties.keys().map(String::as_str).collect::<Vec<_>>(),
                known,
                "{}{}",
                place.path,
                place.table
            );
        }
    }

    #[test]
    fn the_examples_of_each_key_are_right_and_values_of_another_type_are_not() {
        for place in PLACES {
            for (key, schema) in place.properties() {
                let name = format!("{}{}/{key}", place.path, place.table);
                let examples = schema["examples"].as_array().unwrap_or_else(|| panic!("{name} has examples"));
                assert!(!examples.is_empty() && schema["description"].is_string(), "{name}");
                for example in examples {
                    assert_eq!(place.found(&key, example), [], "{name} = {example}");
                }
                let wrong = if schema["type"] == "boolean" { json!("x") } else { json!(true) };
                assert!(!place.found(&key, &wrong).is_empty(), "{name} = {wrong}");
            }
        }
    }
}
