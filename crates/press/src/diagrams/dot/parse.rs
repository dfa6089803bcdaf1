//! Text to graph. The first mistake in the syntax ends the reading; unknown attributes are all reported.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::attributes::{Attribute, Look, Owner};
use super::graph::{Cluster, Edge, Graph, Node};
use super::lexer::{Placed, Token, tokens};
use crate::diagrams::canvas::Pen;
use crate::diagrams::outcome::Problem;

/// Reads a graph.
pub(super) fn parse(text: &str) -> Result<Graph, Vec<Problem>> {
    let tokens = tokens(text).map_err(|problem| vec![problem])?;
    let mut parser = Parser { tokens, ..Parser::default() };
    if let Err(problem) = parser.graph() {
        parser.problems.push(problem);
    }
    if parser.problems.is_empty() && parser.graph.nodes.is_empty() {
        let message = "a graph without nodes";
        parser.problems.push(Problem::new(0..0, message).help("add an edge between its braces: `a -> b`"));
    }
    if parser.problems.is_empty() { Ok(parser.graph) } else { Err(parser.problems) }
}

/// Defaults and the surrounding cluster, for the statements between two braces.
#[derive(Clone, Default)]
struct Scope {
    node: Look,
    edge: Look,
    cluster: Option<usize>,
}

#[derive(Default)]
struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    graph: Graph,
    by_name: HashMap<String, usize>,
    /// The clusters by their names; the same name continues a cluster.
    clusters: HashMap<String, usize>,
    /// Whether a second edge between two nodes is the same edge.
    is_strict: bool,
    known_edges: BTreeSet<(usize, usize)>,
    problems: Vec<Problem>,
    /// How many braces are open within the graph's.
    depth: usize,
}

/// Braces within braces that are read: more are a mistake, and each takes from the stack.
const MOST_DEPTH: usize = 32;

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].token
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    /// Moves on to the next token, and returns this one. The last one stays.
    fn take(&mut self) -> Placed {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, mark: char) -> bool {
        let is_next = *self.peek() == Token::Mark(mark);
        if is_next {
            self.take();
        }
        is_next
    }

    fn unexpected(&self, expected: &str) -> Problem {
        Problem::new(self.span(), format!("found {}, expected {expected}", self.peek().name()))
    }

    fn expect(&mut self, mark: char) -> Result<(), Problem> {
        if self.takes(mark) { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn graph(&mut self) -> Result<(), Problem> {
        if self.peek().is("strict") {
            self.take();
            self.is_strict = true;
        }
        self.graph.is_directed = self.peek().is("digraph");
        if !self.graph.is_directed && !self.peek().is("graph") {
            let help = "write `digraph { a -> b }`, or `graph { a -- b }` for edges without arrows";
            return Err(self.unexpected("`digraph` or `graph`").help(help));
        }
        self.take();
        if matches!(self.peek(), Token::Word(_) | Token::Quoted(_)) {
            self.take();
        }
        self.expect('{')?;
        self.statements(&mut Scope::default(), Owner::Graph, &mut Look::default())?;
        match self.peek() {
            Token::End => Ok(()),
            _ => Err(self.unexpected("nothing after the graph").help("draw a second graph in another block")),
        }
    }

    /// Reads up to the closing brace. Returns the nodes that are named.
    fn statements(&mut self, scope: &mut Scope, owner: Owner, look: &mut Look) -> Result<Vec<usize>, Problem> {
        let mut nodes = Vec::new();
        while !self.takes('}') {
            if *self.peek() == Token::End {
                return Err(self.unexpected("`}`").help("close every `{`"));
            }
            nodes.extend(self.statement(scope, owner, look)?);
            self.takes(';');
        }
        nodes.sort_unstable();
        nodes.dedup();
        if owner == Owner::Graph {
            self.graph.direction = look.direction;
        }
        Ok(nodes)
    }

    fn statement(&mut self, scope: &mut Scope, owner: Owner, look: &mut Look) -> Result<Vec<usize>, Problem> {
        let is_assignment = matches!(self.peek(), Token::Word(_) | Token::Quoted(_))
            && self.tokens.get(self.at + 1).is_some_and(|next| next.token == Token::Mark('='));
        if is_assignment {
            let attribute = self.attribute()?;
            self.set(look, owner, &attribute);
            return Ok(Vec::new());
        }
        for (keyword, of) in [("node", Owner::Node), ("edge", Owner::Edge), ("graph", owner)] {
            if self.peek().is(keyword) {
                self.take();
                if *self.peek() != Token::Mark('[') {
                    return Err(self.unexpected(&format!("`[` after `{keyword}`")));
                }
                let attributes = self.attributes()?;
                let target = match keyword {
                    "node" => &mut scope.node,
                    "edge" => &mut scope.edge,
                    _ => &mut *look,
                };
                let mut changed = target.clone();
                for attribute in &attributes {
                    self.set(&mut changed, of, attribute);
                }
                *target = changed;
                return Ok(Vec::new());
            }
        }
        self.chain(scope)
    }

    fn set(&mut self, look: &mut Look, owner: Owner, attribute: &Attribute) {
        if let Err(problem) = look.set(owner, attribute) {
            self.problems.push(problem);
        }
    }

    /// A node, a subgraph, or edges between some.
    fn chain(&mut self, scope: &mut Scope) -> Result<Vec<usize>, Problem> {
        let is_node = matches!(self.peek(), Token::Word(_) | Token::Quoted(_)) && !self.peek().is("subgraph");
        let mut operands = vec![self.operand(scope)?];
        while let Token::Edge(found) = *self.peek() {
            let expected = if self.graph.is_directed { "->" } else { "--" };
            if found != expected {
                let kind = if self.graph.is_directed { "digraph" } else { "graph" };
                return Err(self.unexpected(&format!("`{expected}`")).label(format!("this is a `{kind}`")));
            }
            self.take();
            operands.push(self.operand(scope)?);
        }
        let attributes = if *self.peek() == Token::Mark('[') { self.attributes()? } else { Vec::new() };
        if operands.len() > 1 {
            let mut look = scope.edge.clone();
            for attribute in &attributes {
                self.set(&mut look, Owner::Edge, attribute);
            }
            self.add_edges(&operands, &look);
        } else if is_node {
            self.change(operands[0][0], &attributes);
        } else if let Some(first) = attributes.first() {
            let problem =
                Problem::new(first.name_span.clone(), "found an attribute, expected `;` or another statement");
            return Err(problem.help("write the attributes of a subgraph between its braces"));
        }
        Ok(operands.concat())
    }

    fn add_edges(&mut self, operands: &[Vec<usize>], look: &Look) {
        for pair in operands.windows(2) {
            for &from in &pair[0] {
                for &to in &pair[1] {
                    let ends = if self.graph.is_directed { (from, to) } else { (from.min(to), from.max(to)) };
                    if !self.known_edges.insert(ends) && self.is_strict {
                        continue;
                    }
                    let heads = look.heads.unwrap_or([false, self.graph.is_directed]);
                    let label = look.label.clone().unwrap_or_default();
                    self.graph.edges.push(Edge { from, to, label, pen: look.pen, heads });
                }
            }
        }
    }

    /// Sets the attributes of a node.
    fn change(&mut self, node: usize, attributes: &[Attribute]) {
        let of = &self.graph.nodes[node];
        let mut look = Look { label: Some(of.label.clone()), shape: of.shape, pen: of.pen, ..Look::default() };
        for attribute in attributes {
            self.set(&mut look, Owner::Node, attribute);
        }
        let name = self.graph.nodes[node].name.clone();
        let of = &mut self.graph.nodes[node];
        of.label = look.label.unwrap_or_default().replace("\\N", &name);
        (of.shape, of.pen) = (look.shape, look.pen);
    }

    /// A node or a subgraph: what an edge leads to.
    fn operand(&mut self, scope: &mut Scope) -> Result<Vec<usize>, Problem> {
        if self.peek().is("subgraph") || *self.peek() == Token::Mark('{') {
            return self.subgraph(scope);
        }
        let (name, span) = self.identifier("the name of a node, or `{`")?;
        if *self.peek() == Token::Mark(':') {
            let problem = Problem::new(self.span(), "ports are not supported");
            return Err(problem.help("put a name that contains `:` into double quotes"));
        }
        Ok(vec![self.node(&name, &span, scope)])
    }

    /// The node of this name, which is added if it is new.
    fn node(&mut self, name: &str, span: &Range<usize>, scope: &Scope) -> usize {
        if let Some(&node) = self.by_name.get(name) {
            self.move_into(node, span, scope.cluster);
            return node;
        }
        let node = self.graph.nodes.len();
        let label = scope.node.label.clone().unwrap_or_else(|| "\\N".to_owned()).replace("\\N", name);
        let (shape, pen) = (scope.node.shape, scope.node.pen);
        self.graph.nodes.push(Node { name: name.to_owned(), label, shape, pen, cluster: scope.cluster });
        self.by_name.insert(name.to_owned(), node);
        node
    }

    /// A node that is named again, in a cluster: it belongs to the innermost of all.
    fn move_into(&mut self, node: usize, span: &Range<usize>, cluster: Option<usize>) {
        let is_within = |inner: Option<usize>, outer: Option<usize>| {
            std::iter::successors(Some(inner), |at| at.map(|at| self.graph.clusters[at].parent)).any(|at| at == outer)
        };
        let of = self.graph.nodes[node].cluster;
        if is_within(cluster, of) {
            self.graph.nodes[node].cluster = cluster;
        } else if !is_within(of, cluster) {
            let name = &self.graph.nodes[node].name;
            let other = of.map_or("", |of| &self.graph.clusters[of].name);
            let problem = Problem::new(span.clone(), format!("`{name}` is in the cluster `{other}` already"));
            self.problems.push(problem.help("write this edge outside of the clusters"));
        }
    }

    fn subgraph(&mut self, scope: &Scope) -> Result<Vec<usize>, Problem> {
        let mut name = None;
        if self.peek().is("subgraph") {
            self.take();
            name = self.identifier("").ok().map(|(name, _)| name);
        }
        let brace = self.span();
        self.expect('{')?;
        if self.depth == MOST_DEPTH {
            let problem = Problem::new(brace, format!("more than {MOST_DEPTH} braces within each other"));
            return Err(problem.help("close some of them, or split the graph"));
        }
        self.depth += 1;
        let nodes = self.within(name, brace, scope);
        self.depth -= 1;
        nodes
    }

    /// The statements after the opening brace of a subgraph.
    fn within(&mut self, name: Option<String>, brace: Range<usize>, scope: &Scope) -> Result<Vec<usize>, Problem> {
        let mut inner = scope.clone();
        let mut look = Look::default();
        let Some(name) = name.filter(|name| name.starts_with("cluster")) else {
            return self.statements(&mut inner, Owner::Group, &mut look);
        };
        let cluster = self.cluster(&name, scope.cluster);
        inner.cluster = Some(cluster);
        let nodes = self.statements(&mut inner, Owner::Cluster, &mut look)?;
        if nodes.is_empty() {
            let problem = Problem::new(brace, "a cluster without nodes");
            self.problems.push(problem.help("write its nodes between its braces, or remove it"));
        }
        let of = &mut self.graph.clusters[cluster];
        of.label = look.label.unwrap_or_default();
        of.pen = look.pen;
        Ok(nodes)
    }

    fn cluster(&mut self, name: &str, parent: Option<usize>) -> usize {
        if let Some(&cluster) = self.clusters.get(name) {
            return cluster;
        }
        let (name_of, label) = (name.to_owned(), String::new());
        self.graph.clusters.push(Cluster { name: name_of, label, parent, pen: Pen::default() });
        self.clusters.insert(name.to_owned(), self.graph.clusters.len() - 1);
        self.graph.clusters.len() - 1
    }

    /// A word, or a text in double quotes.
    fn identifier(&mut self, expected: &str) -> Result<(String, Range<usize>), Problem> {
        let problem = self.unexpected(expected);
        match self.peek().clone() {
            Token::Word(text) | Token::Quoted(text) => Ok((text, self.take().span)),
            _ => Err(problem),
        }
    }

    /// Lists in brackets: `[a=b, c=d]`.
    fn attributes(&mut self) -> Result<Vec<Attribute>, Problem> {
        let mut attributes = Vec::new();
        while self.takes('[') {
            while !self.takes(']') {
                attributes.push(self.attribute()?);
                let _ = self.takes(',') || self.takes(';');
            }
        }
        Ok(attributes)
    }

    fn attribute(&mut self) -> Result<Attribute, Problem> {
        let (name, name_span) = self.identifier("an attribute, such as `label=\"…\"`, or `]`")?;
        if !self.takes('=') {
            return Err(self.unexpected(&format!("`=` after `{name}`")));
        }
        let (value, value_span) = self.identifier(&format!("the value of `{name}`"))?;
        Ok(Attribute { name, name_span, value, value_span })
    }
}
