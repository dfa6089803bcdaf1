//! The table of programming languages. A language that is missing here needs a row and nothing else.
//!
//! Words in upper case of a language that ignores case count only as they are written.

use std::sync::LazyLock;

use super::painter::Painter;
use super::program::{
    ANNOTATIONS, ANY_CASE, ASSIGNED, CALLS, CAPITAL_CALLS, CONSTANTS, ELEMENTS, GO, KEYS, LISP, NESTED, PREPROCESSOR,
    PYTHON, Program, REGEX, RUST, Row, SYMBOLS, TYPES,
};
use super::quote::Quote;

/// `"a"`
const DOUBLE: Quote = Quote::new("\"", "\"");
/// `'a'`
const SINGLE: Quote = Quote::new("'", "'");
/// `"""a"""`
const TRIPLE: Quote = Quote::new("\"\"\"", "\"\"\"").long();
/// `` `a${b}` ``
const TEMPLATE: Quote = Quote::new("`", "`").long().with_holes("${");
/// `/* a */`
const STARRED: (&str, &str) = ("/*", "*/");

const C_LIKE: Row = Row {
    comments: &["//"],
    blocks: &[STARRED],
    quotes: &[DOUBLE, SINGLE],
    habits: CALLS | TYPES | CONSTANTS,
    ..Row::NONE
};

const HASHED: Row = Row { comments: &["#"], quotes: &[DOUBLE, SINGLE], habits: CALLS, ..Row::NONE };

const JAVASCRIPT_WORDS: &str = "async await break case catch class const continue debugger default delete do else export extends finally for function \
    if import in instanceof let new return super switch this throw try typeof var void while with yield";
const JAVASCRIPT_SOFT: &str = "as from get of set static using";
const JAVASCRIPT_CONSTANTS: &str = "true false null undefined NaN Infinity";
const TYPESCRIPT_WORDS: &str = "abstract async await break case catch class const continue debugger declare default delete do else enum export \
    extends finally for function if implements import in infer instanceof interface keyof let namespace new override private \
    protected public readonly return satisfies super switch this throw try typeof var void while with yield";
const TYPESCRIPT_SOFT: &str = "as asserts from get is module of set static type unique using";
const TYPESCRIPT_TYPES: &str = "any bigint boolean never number object string symbol unknown";

const JAVASCRIPT: Row = Row {
    names: "javascript js mjs cjs node qml",
    quotes: &[DOUBLE, SINGLE, TEMPLATE],
    keywords: JAVASCRIPT_WORDS,
    soft: JAVASCRIPT_SOFT,
    constants: JAVASCRIPT_CONSTANTS,
    of_names: "$#",
    habits: CALLS | TYPES | CAPITAL_CALLS | REGEX | ELEMENTS | KEYS | ANNOTATIONS,
    ..C_LIKE
};

const C: Row = Row {
    names: "c h",
    keywords: "auto break bool case char const constexpr continue default do double else enum extern float for goto if inline int long register restrict \
        return short signed sizeof static struct switch typedef union unsigned void volatile while _Atomic _Bool _Generic _Noreturn _Static_assert",
    constants: "true false NULL nullptr",
    habits: CALLS | TYPES | CAPITAL_CALLS | PREPROCESSOR,
    ..C_LIKE
};

/// All programming languages, made ready once for all texts.
pub(super) static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| ROWS.iter().map(Program::new).collect());

/// The language with the name `name`.
pub(super) fn find(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.row.names.split(' ').any(|each| each == name))
}

/// Paints code of the language with the name `name`, within another one.
pub(super) fn read(name: &str, code: &str, painter: &mut Painter) {
    find(name).expect("a language of the table").read(code, painter);
}

const ROWS: &[Row] = &[
    JAVASCRIPT,
    JSON,
    Row { names: "jsx", ..JAVASCRIPT },
    TYPESCRIPT,
    Row { names: "tsx", habits: TYPESCRIPT.habits | ELEMENTS, ..TYPESCRIPT },
    Row {
        names: "rust rs",
        quotes: &[
            Quote::new("r##\"", "\"##").long().raw(),
            Quote::new("r#\"", "\"#").long().raw(),
            Quote::new("br#\"", "\"#").long().raw(),
            Quote::new("r\"", "\"").long().raw(),
            Quote::new("br\"", "\"").long().raw(),
            Quote::new("b\"", "\"").long(),
            Quote::new("c\"", "\"").long(),
            Quote::new("b'", "'"),
            DOUBLE.long(),
        ],
        keywords: "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self \
            static struct super trait type union unsafe use where while yield",
        types: "Self bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize",
        constants: "true false",
        habits: CALLS | TYPES | CONSTANTS | RUST | NESTED,
        ..C_LIKE
    },
    Row {
        names: "go golang",
        quotes: &[DOUBLE, SINGLE, Quote::new("`", "`").long().raw()],
        keywords: "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select \
            struct switch type var",
        types: "any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 \
            uint64 uintptr",
        constants: "true false nil iota",
        habits: CALLS | GO,
        ..C_LIKE
    },
    Row {
        names: "python py python3 pyi starlark bazel vyper",
        quotes: &PYTHON_QUOTES,
        keywords: "and as assert async await break class continue def del elif else except finally for from global if import in is lambda \
            nonlocal not or pass raise return self cls super try while with yield",
        soft: "case match type",
        types: "bool bytes bytearray complex dict float frozenset int list object set str tuple",
        constants: "True False None NotImplemented Ellipsis",
        habits: CALLS | TYPES | ANNOTATIONS | PYTHON,
        ..HASHED
    },
    C,
    Row {
        names: "cpp c++ cc cxx hpp hh hxx cuda cu arduino",
        quotes: &[Quote::new("R\"(", ")\"").long().raw(), DOUBLE, SINGLE],
        keywords: "alignas alignof and auto bool break case catch char char8_t char16_t char32_t class co_await co_return co_yield concept const consteval \
            constexpr constinit const_cast continue decltype default delete do double dynamic_cast else enum explicit export extern final float for friend \
            goto if inline int long mutable namespace new noexcept not operator or override private protected public reinterpret_cast requires return \
            short signed sizeof static static_assert static_cast struct switch template this thread_local throw try typedef typeid typename union \
            unsigned using virtual void volatile while",
        ..C
    },
    Row {
        names: "objective-c m mm objc objectivec",
        keywords: "auto break case char const continue default do double else enum extern float for goto id if in inline int long nonatomic readonly return \
            self short signed sizeof static strong struct super switch typedef unsigned void weak while",
        constants: "YES NO nil NULL true false",
        habits: C.habits | ANNOTATIONS,
        ..C
    },
    Row {
        names: "java",
        quotes: &[TRIPLE, DOUBLE, SINGLE],
        keywords: "abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for if \
            implements import instanceof int interface long native new package permits private protected public record return sealed short static \
            super switch synchronized this throw throws transient try var void volatile while yield",
        constants: "true false null",
        habits: C_LIKE.habits | ANNOTATIONS,
        ..C_LIKE
    },
    Row {
        names: "kotlin kt kts",
        quotes: &[TRIPLE.with_holes("${"), DOUBLE.with_holes("${"), SINGLE],
        keywords: "abstract actual as break by catch class companion const constructor continue crossinline data do else enum expect external final finally \
            for fun get if import in infix init inline inner interface internal is lateinit noinline object open operator out override package private \
            protected public reified return sealed set super suspend tailrec this throw try typealias val value var when where while",
        constants: "true false null",
        habits: C_LIKE.habits | ANNOTATIONS | NESTED,
        ..C_LIKE
    },
    Row {
        names: "groovy gradle jenkinsfile",
        quotes: &[TRIPLE.with_holes("${"), Quote::new("'''", "'''").long(), DOUBLE.with_holes("${"), SINGLE],
        keywords: "abstract as assert boolean break case catch class const continue def default do double else enum extends final finally float for if \
            implements import in instanceof int interface long new package private protected public return static super switch this throw throws \
            trait try var void while",
        constants: "true false null",
        habits: C_LIKE.habits | ANNOTATIONS,
        ..C_LIKE
    },
    Row {
        names: "scala sc sbt",
        quotes: &[TRIPLE.with_holes("${"), DOUBLE.with_holes("${"), SINGLE],
        keywords: "abstract case catch class def derives do else enum export extends extension final finally for given if implicit import inline lazy match \
            new object opaque override package private protected return sealed super then this throw trait try type using val var while with yield",
        constants: "true false null",
        habits: C_LIKE.habits | ANNOTATIONS | NESTED,
        ..C_LIKE
    },
    Row {
        names: "csharp c# cs",
        quotes: &[
            TRIPLE.raw(),
            Quote::new("$@\"", "\"").long().doubled().with_holes("{"),
            Quote::new("@\"", "\"").long().doubled(),
            Quote::new("$\"", "\"").with_holes("{"),
            DOUBLE,
            SINGLE,
        ],
        keywords: "abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum \
            event explicit extern finally fixed float for foreach get goto if implicit in init int interface internal is lock long namespace new object \
            operator out override params partial private protected public readonly record ref required return sbyte sealed set short sizeof stackalloc \
            static string struct switch this throw try typeof uint ulong unchecked unsafe ushort using var virtual void volatile when where while with \
            yield",
        constants: "true false null",
        habits: CALLS | TYPES | CAPITAL_CALLS | PREPROCESSOR,
        ..C_LIKE
    },
    Row {
        names: "fsharp fsx fsi f# fs",
        comments: &["//"],
        blocks: &[("(*", "*)")],
        quotes: &[TRIPLE, Quote::new("$\"", "\"").with_holes("{"), DOUBLE],
        keywords: "abstract and as async begin class do done downto elif else end exception finally for fun function if in inherit inline interface \
            internal lazy let match member module mutable namespace new not null of open or override private public rec return static struct then to \
            try type use val when while with yield",
        types: "bool byte char decimal float int int64 list option seq string unit",
        constants: "true false",
        of_names: "'",
        habits: CALLS | TYPES | NESTED,
        ..Row::NONE
    },
    Row {
        names: "swift",
        quotes: &[TRIPLE.with_holes("\\("), DOUBLE.with_holes("\\(")],
        keywords: "actor any as associatedtype async await break case catch class continue convenience default defer deinit do else enum extension \
            fallthrough fileprivate final for func get guard if import in indirect init inout internal is isolated lazy let mutating nonisolated open \
            operator override private protocol public repeat required rethrows return self set some static struct subscript super switch throw throws \
            try typealias unowned var weak where while",
        constants: "true false nil",
        habits: CALLS | TYPES | ANNOTATIONS | NESTED,
        ..C_LIKE
    },
    Row {
        names: "dart",
        quotes: &[
            TRIPLE.with_holes("${"),
            Quote::new("'''", "'''").long().with_holes("${"),
            DOUBLE.with_holes("${"),
            SINGLE.with_holes("${"),
        ],
        keywords: "abstract as assert async await base break case catch class const continue covariant default deferred do dynamic else enum export extends \
            extension external factory final finally for get hide if implements import in interface is late library mixin new on operator part required \
            rethrow return sealed set show static super switch sync this throw try typedef var void when while with yield",
        types: "bool double int num",
        constants: "true false null",
        habits: CALLS | TYPES | ANNOTATIONS | NESTED,
        ..C_LIKE
    },
    Row {
        names: "zig",
        quotes: &[Quote::new("\\\\", "\n").raw(), DOUBLE, SINGLE],
        keywords: "align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else enum errdefer error export \
            extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub resume return struct suspend switch test \
            threadlocal try union unreachable usingnamespace var volatile while",
        types: "anyerror bool f16 f32 f64 f128 i8 i16 i32 i64 i128 isize noreturn type u8 u16 u32 u64 u128 usize void comptime_int comptime_float",
        constants: "true false null undefined",
        habits: CALLS | TYPES | ANNOTATIONS,
        ..C_LIKE
    },
    Row {
        names: "d vlang odin",
        keywords: "abstract alias align as asm assert auto break case cast catch class const continue debug default delegate delete do else enum export \
            extern final finally fn for foreach function goto if immutable import in inout interface invariant is lazy match mixin module mut new nothrow \
            or out override package private protected pub public pure ref return scope shared static struct super switch synchronized template this \
            throw try type typeof union unittest version while with",
        types: "bool byte char dchar double f32 f64 float i64 int long real rune short string u8 ubyte uint ulong ushort void wchar",
        constants: "true false null none",
        ..C_LIKE
    },
    Row {
        names: "glsl hlsl wgsl shader metal",
        keywords: "attribute break buffer case const continue default discard do else flat fn for group highp if in inout layout let loop lowp mediump out \
            override precision return static storage struct switch uniform var varying while",
        types: "array atomic bool f16 f32 float float2 float3 float4 half i32 int ivec2 ivec3 ivec4 mat2 mat3 mat4 ptr sampler sampler2D samplerCube u32 uint \
            vec2 vec3 vec4 void",
        constants: "true false",
        habits: CALLS | TYPES | PREPROCESSOR | ANNOTATIONS,
        ..C_LIKE
    },
    Row {
        names: "solidity sol",
        keywords: "abstract as assembly break calldata catch constant constructor continue contract delete do else emit enum error event external fallback \
            for from function if immutable import indexed interface internal is library mapping memory modifier new override payable pragma private \
            public pure receive require return returns revert storage struct super this throw try type unchecked using view virtual while",
        types: "address bool byte bytes bytes4 bytes32 int int256 string uint uint8 uint16 uint32 uint64 uint128 uint256",
        constants: "true false ether gwei wei seconds minutes hours days weeks",
        ..C_LIKE
    },
    Row {
        names: "php",
        comments: &["//", "#"],
        keywords: "abstract and array as bool break callable case catch class clone const continue declare default do echo else elseif endforeach endif \
            endwhile enum extends final finally float fn for foreach function global goto if implements include include_once instanceof int interface \
            isset list match mixed namespace never new object or print private protected public readonly require require_once return self static string \
            switch throw trait try unset use var void while yield",
        constants: "true false null",
        of_names: "$",
        habits: C_LIKE.habits,
        ..C_LIKE
    },
    Row {
        names: "ruby rb rake gemfile crystal cr",
        blocks: &[("=begin", "=end")],
        quotes: &[DOUBLE.long().with_holes("#{"), SINGLE.long(), Quote::new("`", "`").with_holes("#{")],
        keywords: "BEGIN END alias and attr_accessor attr_reader attr_writer begin break case class def defined? do else elsif end ensure extend for if in \
            include loop module next not or prepend private protected public raise redo require require_relative rescue retry return self super then \
            undef unless until when while yield",
        constants: "true false nil",
        of_names: "?!",
        habits: CALLS | TYPES | CONSTANTS | REGEX | SYMBOLS,
        ..HASHED
    },
    Row {
        names: "elixir ex exs",
        quotes: &[TRIPLE.with_holes("#{"), DOUBLE.long().with_holes("#{"), SINGLE.with_holes("#{")],
        keywords: "after alias and case catch cond def defdelegate defexception defguard defimpl defmacro defmodule defp defprotocol defstruct do else end fn \
            for if import in not or quote raise receive require rescue reraise super throw try unless unquote use when with",
        constants: "true false nil",
        of_names: "?!",
        habits: CALLS | TYPES | SYMBOLS | ANNOTATIONS,
        ..HASHED
    },
    Row {
        names: "erlang erl hrl",
        comments: &["%"],
        keywords: "after and andalso begin case catch end fun if maybe not of or orelse receive rem try when xor",
        constants: "true false undefined ok error",
        quotes: &[DOUBLE.long(), SINGLE],
        habits: CALLS,
        ..Row::NONE
    },
    Row {
        names: "perl pl pm raku",
        keywords: "and chomp cmp defined delete die do each else elsif eq exists foreach for ge gt if keys last le local lt map my ne next no not or our \
            package print printf push qw redo ref require return say shift sort sub undef unless until use values wantarray while",
        of_names: "$",
        habits: CALLS,
        ..HASHED
    },
    Row {
        names: "r rlang",
        keywords: "break else for function if in next repeat return while library require",
        constants: "TRUE FALSE NULL NA NaN Inf",
        of_names: ".",
        ..HASHED
    },
    Row {
        names: "julia jl",
        blocks: &[("#=", "=#")],
        quotes: &[TRIPLE.with_holes("$("), DOUBLE.with_holes("$("), SINGLE],
        keywords: "abstract baremodule begin break catch const continue do else elseif end export finally for function global if import in let local macro \
            module mutable primitive public quote return struct try type using where while",
        constants: "true false nothing missing Inf NaN pi",
        of_names: "!",
        habits: CALLS | TYPES | ANNOTATIONS | NESTED,
        ..HASHED
    },
    Row {
        names: "lua luau",
        comments: &["--"],
        blocks: &[("--[[", "]]")],
        quotes: &[Quote::new("[[", "]]").long().raw(), DOUBLE, SINGLE],
        keywords: "and break do else elseif end for function goto if in local not or repeat return then until while",
        constants: "true false nil",
        habits: CALLS,
        ..Row::NONE
    },
    Row {
        names: "haskell hs purescript elm",
        comments: &["--"],
        blocks: &[("{-", "-}")],
        quotes: &[TRIPLE, DOUBLE],
        keywords: "alias as case class data default deriving do else exposing family forall foreign hiding if import in infix infixl infixr instance let \
            module newtype of port qualified then type where",
        of_names: "'",
        habits: TYPES | NESTED,
        ..Row::NONE
    },
    Row {
        names: "ocaml ml mli reason",
        blocks: &[("(*", "*)")],
        quotes: &[Quote::new("{|", "|}").long().raw(), DOUBLE.long()],
        keywords: "and as assert begin class constraint do done downto else end exception external for fun function functor if in include inherit let \
            match method module mutable new nonrec object of open or private rec sig struct then to try type val virtual when while with",
        types: "bool char float int list option string unit array",
        constants: "true false",
        of_names: "'",
        habits: TYPES | NESTED,
        ..Row::NONE
    },
    Row {
        names: "clojure clj cljs edn",
        comments: &[";"],
        quotes: &[DOUBLE.long()],
        keywords: "def defn defn- defmacro defmulti defmethod defprotocol defrecord defonce deftype do doseq dotimes fn for if if-let if-not let loop ns or and \
            not case cond condp recur require throw try catch finally when when-let when-not while",
        constants: "true false nil",
        of_names: "-?!*<>=/.+'",
        habits: LISP | SYMBOLS,
        ..Row::NONE
    },
    Row {
        names: "lisp common-lisp elisp emacs-lisp el scm rkt cl scheme racket",
        comments: &[";"],
        blocks: &[("#|", "|#")],
        quotes: &[DOUBLE.long()],
        keywords: "and begin case cond cons define defconst defmacro defparameter defun defvar do dolist dotimes else if lambda let let* letrec loop not or \
            progn provide quote require set! setf setq unless when while",
        constants: "t nil",
        of_names: "-?!*<>=/.+",
        habits: LISP | SYMBOLS,
        ..Row::NONE
    },
    Row {
        names: "nim",
        blocks: &[("#[", "]#")],
        quotes: &[TRIPLE, DOUBLE, SINGLE],
        keywords: "and as asm bind block break case cast const continue converter defer discard distinct div do elif else end enum except export finally for \
            from func if import in include interface is isnot iterator let macro method mixin mod nil not notin object of or out proc ptr raise ref \
            return shl shr static template try tuple type using var when while xor yield",
        types: "bool char float int int32 int64 seq string uint void",
        constants: "true false",
        habits: CALLS | TYPES | NESTED,
        ..HASHED
    },
    Row {
        names: "gdscript gd",
        quotes: &[TRIPLE, DOUBLE, SINGLE],
        keywords: "and as assert await break class class_name const continue elif else enum extends for func if in is match not or pass return self signal \
            static super var while yield",
        types: "bool float int void",
        constants: "true false null",
        habits: CALLS | TYPES | CONSTANTS | ANNOTATIONS,
        ..HASHED
    },
    Row {
        names: "sql mysql postgres postgresql sqlite plpgsql psql ddl tsql plsql",
        comments: &["--"],
        blocks: &[STARRED],
        quotes: &[
            Quote::new("E'", "'").long(),
            SINGLE.long().doubled(),
            Quote::new("\"", "\"").doubled(),
            Quote::new("`", "`").doubled(),
        ],
        keywords: SQL_WORDS,
        constants: "",
        of_names: "$",
        habits: CALLS | ANY_CASE,
        ..Row::NONE
    },
    Row {
        names: "graphql gql",
        quotes: &[TRIPLE, DOUBLE],
        keywords: "directive enum extend fragment implements input interface mutation on query repeatable scalar schema subscription type union",
        constants: "true false null",
        of_names: "$",
        habits: TYPES | ANNOTATIONS,
        ..HASHED
    },
    Row {
        names: "protobuf proto thrift",
        keywords: "enum extend extensions import map message oneof option optional package public repeated required reserved returns rpc service stream \
            struct syntax typedef to",
        types: "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64 binary i32 i64",
        constants: "true false",
        ..C_LIKE
    },
    Row {
        names: "prisma",
        keywords: "datasource enum generator model type view",
        constants: "true false",
        habits: CALLS | TYPES | ANNOTATIONS,
        ..C_LIKE
    },
    Row {
        names: "hcl terraform tf tfvars nomad",
        comments: &["#", "//"],
        blocks: &[STARRED],
        quotes: &[DOUBLE.with_holes("${")],
        keywords: "data for if in locals module output provider resource terraform variable dynamic import moved check",
        types: "any bool list map number object set string tuple",
        constants: "true false null",
        of_names: "-",
        habits: CALLS | ASSIGNED,
        ..Row::NONE
    },
    Row {
        names: "nix",
        blocks: &[STARRED],
        quotes: &[Quote::new("''", "''").long().raw().with_holes("${"), DOUBLE.long().with_holes("${")],
        keywords: "assert else if import in inherit let or rec then with",
        constants: "true false null",
        of_names: "-'.",
        habits: ASSIGNED,
        ..HASHED
    },
    Row {
        names: "powershell ps1 psm1 pwsh",
        blocks: &[("<#", "#>")],
        quotes: &[DOUBLE.long().with_holes("$("), SINGLE.doubled()],
        keywords: "begin break catch class continue do dynamicparam else elseif end enum exit filter finally for foreach function if in param process return \
            switch throw trap try until using while",
        constants: "$true $false $null",
        of_names: "$-",
        habits: CALLS | ANY_CASE,
        ..HASHED
    },
    Row {
        names: "cmake",
        keywords: "if else elseif endif foreach endforeach while endwhile function endfunction macro endmacro return include",
        constants: "ON OFF TRUE FALSE",
        habits: CALLS | ANY_CASE,
        ..HASHED
    },
    Row {
        names: "awk gawk",
        quotes: &[DOUBLE],
        keywords: "BEGIN END break continue delete do else exit for function getline if in next print printf return while",
        of_names: "$",
        habits: CALLS | REGEX,
        ..HASHED
    },
    Row {
        names: "jq",
        quotes: &[DOUBLE.with_holes("\\(")],
        keywords: "and as catch def elif else end foreach if import include label not or reduce then try",
        constants: "true false null",
        of_names: "$",
        ..HASHED
    },
    Row {
        names: "tcl",
        quotes: &[DOUBLE.long()],
        keywords: "break catch continue else elseif expr for foreach global if namespace package proc puts return set source switch upvar variable while",
        of_names: "$",
        habits: 0,
        ..HASHED
    },
    Row {
        names: "matlab octave",
        comments: &["%", "#"],
        blocks: &[("%{", "%}")],
        quotes: &[DOUBLE],
        keywords: "break case catch classdef continue else elseif end for function global if methods otherwise parfor persistent properties return switch try \
            until while",
        constants: "true false pi Inf NaN",
        habits: CALLS,
        ..Row::NONE
    },
    Row {
        names: "fortran f90 f95",
        comments: &["!"],
        quotes: &[DOUBLE, SINGLE],
        keywords: "allocate call case character complex contains cycle deallocate dimension do else elseif end exit function if implicit in inout integer \
            intent interface logical module none only out parameter print private program public pure real recursive result return select stop \
            subroutine then type use where while write",
        habits: CALLS | ANY_CASE,
        ..Row::NONE
    },
    Row {
        names: "pascal pas delphi",
        comments: &["//"],
        blocks: &[("{", "}"), ("(*", "*)")],
        quotes: &[SINGLE.doubled()],
        keywords: "and array as begin case class const constructor destructor div do downto else end except finally for function if implementation in \
            inherited interface is mod not object of or private procedure program property protected public raise record repeat set then to try type \
            unit until uses var while with xor",
        types: "boolean byte char double integer real string word",
        constants: "true false nil",
        habits: CALLS | ANY_CASE,
        ..Row::NONE
    },
    Row {
        names: "ada adb ads vhd vhdl",
        comments: &["--"],
        quotes: &[Quote::new("\"", "\"").doubled()],
        keywords: "abort abs abstract access all and architecture array at begin body case component constant declare delay do downto else elsif end entity \
            entry exception exit for function generic goto if in is limited loop map mod new not null of or others out package port pragma private \
            procedure process protected raise range record rem renames return reverse select separate signal subtype task terminate then to type until \
            use variable when while with xor",
        constants: "true false",
        habits: CALLS | ANY_CASE,
        ..Row::NONE
    },
    Row {
        names: "jsonnet libsonnet",
        comments: &["//", "#"],
        keywords: "assert else error for function if import importstr in local self super then",
        constants: "true false null",
        habits: CALLS | KEYS,
        ..C_LIKE
    },
    Row {
        names: "coffeescript coffee",
        blocks: &[("###", "###")],
        quotes: &[TRIPLE.with_holes("#{"), DOUBLE.long().with_holes("#{"), SINGLE.long()],
        keywords: "and break by case catch class continue delete do else extends finally for if in instanceof is isnt loop new not of or return super switch \
            then this throw try typeof unless until when while yield",
        constants: "true false null undefined yes no on off",
        of_names: "$",
        habits: CALLS | TYPES | REGEX,
        ..HASHED
    },
    Row {
        names: "rego opa",
        keywords: "as contains default else every if import in not package some with",
        constants: "true false null",
        ..HASHED
    },
    Row {
        names: "puppet pp",
        quotes: &[DOUBLE.long().with_holes("${"), SINGLE.long()],
        keywords: "and case class default define else elsif if import in include inherits node or unless",
        constants: "true false undef",
        of_names: "$",
        ..HASHED
    },
    Row {
        names: "verilog v systemverilog sv",
        keywords: "always always_comb always_ff assign begin bit case class default else end endcase endclass endfunction endmodule endtask for function \
            generate genvar if initial inout input int integer localparam logic module negedge output parameter posedge reg task typedef while wire",
        of_names: "$",
        habits: CALLS,
        ..C_LIKE
    },
    Row {
        names: "assembly s asm nasm x86asm armasm wasm wat",
        comments: &[";", "//", "#", "@"],
        blocks: &[STARRED],
        quotes: &[DOUBLE, SINGLE],
        keywords: "section global extern bits db dw dd dq equ mov movl movq add sub mul div imul inc dec cmp test and or xor not shl shr lea push pop call ret jmp \
            je jne jz jnz jg jge jl jle ja jb int syscall nop ldr str ldp stp b bl br beq bne cbz cbnz adr adrp svc module func param result local \
            export import memory",
        types: "rax rbx rcx rdx rsi rdi rbp rsp eax ebx ecx edx esi edi al cl x0 x1 x2 x3 x8 x29 x30 w0 w1 w2 sp i32 i64 f32 f64",
        of_names: ".%$",
        habits: ANY_CASE,
        ..Row::NONE
    },
    Row { names: "latex tex bibtex", comments: &["%"], keywords: "\\begin \\end", ..Row::NONE },
    Row {
        names: "vim viml vimscript",
        quotes: &[DOUBLE, SINGLE.doubled()],
        keywords: "augroup autocmd call command else elseif endfor endfunction endif endwhile execute for function if in inoremap let map nmap nnoremap \
            noremap return set setlocal syntax vnoremap while",
        habits: CALLS,
        ..Row::NONE
    },
    Row {
        names: "batch bat cmd",
        comments: &["::", "REM ", "rem "],
        quotes: &[DOUBLE],
        keywords: "call cd echo else exist exit for goto if in do not pause set setlocal endlocal shift start",
        habits: ANY_CASE,
        ..Row::NONE
    },
    Row {
        names: "vb vbnet visual-basic vba",
        comments: &["'"],
        quotes: &[DOUBLE.raw()],
        keywords: "and as boolean byref byval call case class const dim do double each else elseif end exit for function get if imports in integer is long \
            loop me module new next not nothing object or private property public return select set shared string sub then to try until while with",
        constants: "true false",
        habits: CALLS | ANY_CASE,
        ..Row::NONE
    },
];

const JSON: Row = Row {
    names: "json json5 jsonc jsonl geojson webmanifest",
    constants: "true false null NaN Infinity",
    habits: KEYS,
    ..C_LIKE
};

const TYPESCRIPT: Row = Row {
    names: "typescript ts mts cts deno",
    keywords: TYPESCRIPT_WORDS,
    soft: TYPESCRIPT_SOFT,
    types: TYPESCRIPT_TYPES,
    habits: CALLS | TYPES | CAPITAL_CALLS | REGEX | KEYS | ANNOTATIONS,
    ..JAVASCRIPT
};

const PYTHON_QUOTES: [Quote; 16] = [
    Quote::new("f\"\"\"", "\"\"\"").long().with_holes("{"),
    Quote::new("r\"\"\"", "\"\"\"").long().raw(),
    TRIPLE,
    Quote::new("f'''", "'''").long().with_holes("{"),
    Quote::new("'''", "'''").long(),
    Quote::new("f\"", "\"").with_holes("{"),
    Quote::new("f'", "'").with_holes("{"),
    Quote::new("rb\"", "\""),
    Quote::new("rb'", "'"),
    Quote::new("r\"", "\""),
    Quote::new("r'", "'"),
    Quote::new("b\"", "\""),
    Quote::new("b'", "'"),
    Quote::new("u\"", "\""),
    DOUBLE,
    SINGLE,
];

/// The words of standard SQL and of the databases that blogs write about. Those in upper case are names of columns as often.
const SQL_WORDS: &str = "add all alter always analyze and any as asc between by cascade case cast check collate column commit concurrently conflict \
    constraint create cross current_date current_timestamp cursor database declare default deferrable delete desc distinct do drop each else elsif end \
    escape except excluded exclude execute exists explain extension false fetch filter first_value following for foreign from full function generated \
    grant group having identity if ilike immutable in index inner insert intersect interval into is isnull join language last_value lateral left like \
    limit listen locked loop materialized natural not nothing notify notnull nowait null nulls of offset on only or order outer over partition \
    preceding primary procedure raise recursive references rename replace return returning returns revoke right rollback rollup row rows savepoint \
    schema select sequence set sets similar skip stable table tablespace temp temporary then to transaction trigger true truncate unbounded union unique \
    unlogged update using vacuum values volatile when where while window with \
    bigint bigserial boolean bytea char character citext decimal double int int2 int4 int8 integer json jsonb numeric real serial smallint text timestamp \
    timestamptz uuid varchar \
    ACTION AFTER BEFORE BEGIN COMMENT COPY COUNT DATE DAY FIRST FORCE INSTEAD KEY LAST LEVEL LOCK MATCH MERGE MODE NEXT NO OPTION OWNER PRECISION PRIVILEGES \
    RANGE READ RELEASE ROLE SERIALIZABLE SHARE START STATEMENT STORED TIME TYPE USER VARYING WORK WRITE VIEW PERFORM POLICY YEAR ZONE";
