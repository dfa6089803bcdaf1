//! Tests of the index as press and serve use it: what is found, in which order, and that damaged bytes do no harm.

mod content;
mod corpus;
mod hostile;
mod oracle;
mod quality;
mod queries;
mod site;
