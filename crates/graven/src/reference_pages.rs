//! `graven completions` and `graven man`: what shells and `man` need to know about the command, written from its own definition.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::error::{self, Error};

/// Print the completions for a shell.
#[derive(Args, Debug)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  graven completions bash >~/.local/share/bash-completion/completions/graven
  graven completions zsh >~/.zfunc/_graven         # with `fpath+=~/.zfunc` before compinit in ~/.zshrc
  graven completions fish >~/.config/fish/completions/graven.fish
";

/// Write the manual pages, one for each command.
#[derive(Args, Debug)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// The folder for the pages; it is created if it does not exist
    folder: PathBuf,
}

const MAN_EXAMPLES: &str = "\
Example:
  graven man ~/.local/share/man/man1 && man graven-build
";

/// Prints the completions of a program.
pub(crate) fn completions<Program: CommandFactory>(options: &Completions) -> Result<(), Error> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut Program::command(), "graven", &mut text);
    error::print(text)
}

/// Writes `graven.1`, and `graven-COMMAND.1` for each command.
pub(crate) fn man<Program: CommandFactory>(options: &Man) -> Result<(), Error> {
    fs::create_dir_all(&options.folder).map_err(|source| Error::file("create", &options.folder, &source))?;
    let mut program = Program::command().disable_help_subcommand(true);
    program.build();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    for page in commands.chain([program.clone()]) {
        let name = page.get_display_name().unwrap_or(page.get_name()).to_owned();
        let path = options.folder.join(format!("{name}.1"));
        let mut text = Vec::new();
        let rendered = clap_mangen::Man::new(page.display_name(name)).render(&mut text);
        rendered.and_then(|()| fs::write(&path, text)).map_err(|source| Error::file("write", &path, &source))?;
    }
    Ok(())
}
