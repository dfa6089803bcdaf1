//! Reads from an executable which machine it is for, and whether it runs without a dynamic loader. The labels of an image and the choice of an engine
//! come from the file itself, so they cannot contradict it. The `object` crate reads the ELF structures; here they are judged.
//!
//! Platforms have the names of the OCI image index, which are Go's.

use std::fmt;

use object::elf::{
    EM_AARCH64, EM_ARM, EM_X86_64, ET_DYN, ET_EXEC, FileHeader32, FileHeader64, SHT_ARM_ATTRIBUTES, Tag_File,
};
use object::read::elf::{AttributeReader, FileHeader, ProgramHeader as _, SectionHeader as _};
use object::{Endianness, FileKind};

/// The machine that an executable is for, as an OCI image index names it. The order is the order of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Platform {
    /// The value of `architecture`.
    pub(crate) architecture: &'static str,
    /// The value of `variant`, for 32-bit ARM.
    pub(crate) variant: Option<&'static str>,
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "linux/{}", self.architecture)?;
        self.variant.map_or(Ok(()), |variant| write!(out, "/{variant}"))
    }
}

/// Why a file cannot be an image's executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not begin with the ELF magic number.
    NotElf,
    /// It is an ELF file of another kind: an object, a library, a core dump.
    NotExecutable,
    /// A structure is cut short or contradicts itself.
    Damaged(object::Error),
    /// It needs a dynamic loader, and the image has none.
    Dynamic {
        /// The loader's path.
        interpreter: String,
    },
    /// It is for another kind of machine.
    Machine {
        /// Its `e_machine`.
        machine: u16,
    },
    /// It is for an ARM architecture that Linux does not run on, or does not name its architecture.
    ArmArchitecture,
}

impl From<object::Error> for Fault {
    fn from(error: object::Error) -> Self {
        Self::Damaged(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotElf => write!(
                out,
                "is not a Linux executable; give the file that `cargo build --release --target …-linux-musl` makes"
            ),
            Self::NotExecutable => {
                write!(out, "is an object or a library, not an executable; give the one that `cargo build` makes")
            }
            Self::Damaged(error) => write!(out, "is cut short or damaged ({error}); build or copy it again"),
            Self::Dynamic { interpreter } => write!(
                out,
                "is linked dynamically (it needs {}), and the image contains only the executable; build it for a musl target \
                 (`cargo build --release --target aarch64-unknown-linux-musl`)",
                interpreter.escape_default()
            ),
            Self::Machine { machine } => write!(
                out,
                "is for a machine other than x86_64, aarch64 and little-endian ARM (e_machine {machine}); build it for one of these"
            ),
            Self::ArmArchitecture => write!(
                out,
                "does not name an ARM architecture that Linux runs on (section .ARM.attributes); build it for armv7- or \
                 arm-unknown-linux-musleabihf, and do not strip its section headers"
            ),
        }
    }
}

/// What an executable needs to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Executable {
    /// The machine.
    pub(crate) platform: Platform,
    /// The path of the dynamic loader; `None` if it runs alone.
    pub(crate) interpreter: Option<String>,
}

/// The machine that an executable is for; a fault if it could not run alone in an image.
pub(crate) fn platform(file: &[u8]) -> Result<Platform, Fault> {
    match executable(file)? {
        Executable { interpreter: Some(interpreter), .. } => Err(Fault::Dynamic { interpreter }),
        Executable { platform, .. } => Ok(platform),
    }
}

/// What an executable needs to run.
pub(crate) fn executable(file: &[u8]) -> Result<Executable, Fault> {
    match FileKind::parse(file) {
        Ok(FileKind::Elf32) => executable_of::<FileHeader32<Endianness>>(file),
        Ok(FileKind::Elf64) => executable_of::<FileHeader64<Endianness>>(file),
        Err(error) if file.starts_with(b"\x7fELF") => Err(error.into()),
        _ => Err(Fault::NotElf),
    }
}

fn executable_of<Elf: FileHeader<Endian = Endianness>>(file: &[u8]) -> Result<Executable, Fault> {
    let header = Elf::parse(file)?;
    let endian = header.endian()?;
    // A static-pie executable has the type ET_DYN, as a library has; only the executable has an entry.
    if !matches!(header.e_type(endian), ET_EXEC | ET_DYN) || header.e_entry(endian).into() == 0 {
        return Err(Fault::NotExecutable);
    }
    let mut interpreter = None;
    for segment in header.program_headers(endian, file)? {
        if let Some(path) = segment.interpreter(endian, file)? {
            interpreter = Some(String::from_utf8_lossy(path).into_owned());
        }
    }
    Ok(Executable { platform: platform_of(header, file)?, interpreter })
}

fn platform_of<Elf: FileHeader<Endian = Endianness>>(header: &Elf, file: &[u8]) -> Result<Platform, Fault> {
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    match (machine, header.is_type_64(), endian) {
        (EM_X86_64, true, Endianness::Little) => Ok(Platform { architecture: "amd64", variant: None }),
        (EM_AARCH64, true, Endianness::Little) => Ok(Platform { architecture: "arm64", variant: None }),
        (EM_ARM, false, Endianness::Little) => {
            Ok(Platform { architecture: "arm", variant: Some(arm_variant(header, file)?) })
        }
        _ => Err(Fault::Machine { machine: machine.0 }),
    }
}

/// The variant of a 32-bit ARM executable, from the architecture that its build attributes name.
fn arm_variant<Elf: FileHeader<Endian = Endianness>>(header: &Elf, file: &[u8]) -> Result<&'static str, Fault> {
    let endian = header.endian()?;
    let mut sections = header.section_headers(endian, file)?.iter();
    let section =
        sections.find(|section| section.sh_type(endian) == SHT_ARM_ATTRIBUTES).ok_or(Fault::ArmArchitecture)?;
    for vendor in section.attributes(endian, file)?.subsections()? {
        let vendor = vendor?;
        // `aeabi` has the public attributes, and the first scope is the whole file.
        if vendor.vendor() == b"aeabi"
            && let Some(scope) = vendor.subsubsections().next()?
            && scope.tag() == Tag_File
        {
            return match cpu_arch(scope.attributes())? {
                Some(3..=5) => Ok("v5"),
                Some(6..=9) => Ok("v6"),
                Some(10) => Ok("v7"),
                Some(14) => Ok("v8"),
                // Those between are processors without a memory management unit.
                _ => Err(Fault::ArmArchitecture),
            };
        }
    }
    Err(Fault::ArmArchitecture)
}

/// `Tag_CPU_arch` of public build attributes (Addenda to the ABI for the Arm Architecture, §3.3).
fn cpu_arch(mut attributes: AttributeReader<'_>) -> object::Result<Option<u64>> {
    const TAG_CPU_RAW_NAME: u64 = 4;
    const TAG_CPU_NAME: u64 = 5;
    const TAG_CPU_ARCH: u64 = 6;
    const TAG_COMPATIBILITY: u64 = 32;

    while let Some(tag) = attributes.read_tag()? {
        match tag {
            TAG_CPU_ARCH => return attributes.read_integer().map(Some),
            TAG_COMPATIBILITY => {
                attributes.read_integer()?;
                attributes.read_string()?;
            }
            TAG_CPU_RAW_NAME | TAG_CPU_NAME => drop(attributes.read_string()?),
            // Above 32 an odd tag has a string and an even one a number. Below, all but the names have a number.
            33.. if tag % 2 == 1 => drop(attributes.read_string()?),
            _ => drop(attributes.read_integer()?),
        }
    }
    Ok(None)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) const X86_64: u16 = 62;
    pub(crate) const AARCH64: u16 = 183;
    const ARM: u16 = 40;

    /// A small executable for tests: the header, at most one program header, at most one section.
    pub(crate) struct Elf {
        machine: u16,
        kind: u16,
        entry: u8,
        interpreter: Option<&'static [u8]>,
        attributes: Option<Vec<u8>>,
    }

    impl Elf {
        pub(crate) fn new(machine: u16) -> Self {
            Self { machine, kind: 2, entry: 1, interpreter: None, attributes: None }
        }

        /// Header, program header and section header at fixed offsets, followed by what they point to.
        pub(crate) fn bytes(&self) -> Vec<u8> {
            let wide = self.machine != ARM;
            let word = |value: usize| value.to_le_bytes()[..if wide { 8 } else { 4 }].to_vec();
            let mut file = vec![0x7f, b'E', b'L', b'F', if wide { 2 } else { 1 }, 1, 1];
            file.resize(512, 0);
            let mut put = |offset: usize, bytes: &[u8]| file[offset..offset + bytes.len()].copy_from_slice(bytes);
            put(0x10, &self.kind.to_le_bytes());
            put(0x12, &self.machine.to_le_bytes());
            put(0x18, &word(self.entry.into()));
            if let Some(path) = self.interpreter {
                put(if wide { 0x20 } else { 0x1c }, &word(64));
                put(if wide { 0x36 } else { 0x2a }, &[if wide { 56 } else { 32 }, 0, 1, 0]);
                put(64, &[3, 0, 0, 0]);
                put(if wide { 72 } else { 68 }, &word(256));
                put(if wide { 96 } else { 80 }, &word(path.len()));
                put(256, path);
            }
            if let Some(attributes) = &self.attributes {
                put(0x20, &word(128));
                put(0x2e, &[40, 0, 1, 0]);
                put(132, &0x7000_0003_u32.to_le_bytes());
                put(144, &word(384));
                put(148, &word(attributes.len()));
                put(384, attributes);
            }
            file
        }
    }

    /// A build attributes section: a vendor's attributes, then the public ones, with the processor's name before its architecture.
    fn attributes(cpu_arch: u8) -> Vec<u8> {
        let mut section = b"A\x08\0\0\0gnu\0".to_vec();
        let values = [5, b'7', b'-', b'A', 0, 67, b'2', 0, 32, 1, 0, 6, cpu_arch, 8, 1];
        let scope = 5 + values.len();
        section.extend(u32::try_from(4 + 6 + scope).expect("short").to_le_bytes());
        section.extend(b"aeabi\0\x01");
        section.extend(u32::try_from(scope).expect("short").to_le_bytes());
        section.extend(values);
        section
    }

    fn arm(cpu_arch: u8) -> Elf {
        Elf { attributes: Some(attributes(cpu_arch)), ..Elf::new(ARM) }
    }

    #[test]
    fn an_executable_is_for_the_machine_that_its_file_names() {
        for (elf, expected) in [
            (Elf::new(X86_64), "linux/amd64"),
            (Elf { kind: 3, ..Elf::new(X86_64) }, "linux/amd64"),
            (Elf::new(AARCH64), "linux/arm64"),
            (arm(4), "linux/arm/v5"),
            (arm(6), "linux/arm/v6"),
            (arm(9), "linux/arm/v6"),
            (arm(10), "linux/arm/v7"),
            (arm(14), "linux/arm/v8"),
        ] {
            assert_eq!(platform(&elf.bytes()).map(|platform| platform.to_string()), Ok(expected.to_owned()));
        }
    }

    /// A file with other bytes at these offsets.
    fn changed(mut file: Vec<u8>, changes: &[(usize, &[u8])]) -> Vec<u8> {
        for (at, bytes) in changes {
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        file
    }

    #[test]
    fn a_file_that_cannot_run_alone_is_refused_with_the_reason() {
        let interpreter = Some(&b"/lib/ld-musl-aarch64.so.1\0"[..]);
        for (file, expected) in [
            (b"".to_vec(), "is not a Linux executable"),
            (b"#!/bin/sh\necho This is a script.\n".to_vec(), "is not a Linux executable"),
            (b"\x7fELF\x02\x01\x01".to_vec(), "is cut short or damaged (Could not read file magic)"),
            (Elf::new(AARCH64).bytes()[..63].to_vec(), "is cut short or damaged (Invalid ELF header size"),
            (arm(10).bytes()[..130].to_vec(), "is cut short or damaged (Invalid ELF section header"),
            (arm(10).bytes()[..400].to_vec(), "is cut short or damaged (Invalid ELF section size or offset)"),
            (Elf { kind: 1, ..Elf::new(X86_64) }.bytes(), "is an object or a library"),
            (Elf { kind: 3, entry: 0, ..Elf::new(X86_64) }.bytes(), "is an object or a library"),
            (Elf { interpreter, ..Elf::new(AARCH64) }.bytes(), "is linked dynamically (it needs /lib/ld-musl-aarch64"),
            (Elf { interpreter, ..arm(10) }.bytes(), "is linked dynamically"),
            (
                Elf::new(243).bytes(),
                "is for a machine other than x86_64, aarch64 and little-endian ARM (e_machine 243)",
            ),
            // x32, big-endian AArch64.
            (changed(Elf::new(X86_64).bytes(), &[(4, &[1]), (0x18, &[1])]), "is for a machine other than"),
            (changed(Elf::new(AARCH64).bytes(), &[(5, &[2]), (0x10, &[0, 2, 0, 183])]), "is for a machine other than"),
            (Elf::new(ARM).bytes(), "does not name an ARM architecture"),
            // ARMv7-M, a microcontroller.
            (arm(13).bytes(), "does not name an ARM architecture"),
            (changed(arm(10).bytes(), &[(384, b"B")]), "is cut short or damaged (Unsupported ELF attributes section"),
            (changed(arm(10).bytes(), &[(397, b"gnu")]), "does not name an ARM architecture"),
        ] {
            let fault = platform(&file).expect_err(expected).to_string();
            assert!(fault.starts_with(expected), "{expected}: {fault}");
            assert!(fault.contains("; "), "there is no fix in: {fault}");
        }
    }

    #[test]
    fn the_test_itself_is_an_executable() {
        let me = std::fs::read(std::env::current_exe().expect("the test has a path")).expect("and can be read");
        assert!(!matches!(platform(&me), Err(Fault::NotElf | Fault::NotExecutable | Fault::Damaged(_))));
    }

    proptest! {
        #[test]
        fn no_file_causes_a_panic(mut file in prop::collection::vec(any::<u8>(), 0..600), class in 1..3_u8) {
            let start = [0x7f, b'E', b'L', b'F', class, 1, 1];
            let length = start.len().min(file.len());
            file[..length].copy_from_slice(&start[..length]);
            let _ = platform(&file);
        }

        #[test]
        fn no_change_of_a_sound_file_causes_a_panic(at in 0..512_usize, byte: u8, length in 0..513_usize) {
            for elf in [Elf { interpreter: Some(b"/lib/ld.so\0"), ..Elf::new(AARCH64) }, arm(10)] {
                let mut file = elf.bytes();
                file[at] = byte;
                file.truncate(length);
                let _ = platform(&file);
            }
        }
    }
}
