//! What an image needs to know of an executable: which machine it is for, and that it runs alone. Read from the file itself, so that nobody can
//! label an executable for a machine that it does not run on; everything that is read is checked against the file's end.
//!
//! The names are those of the ELF specification (System V ABI, chapter 4) and of the OCI image index, whose platforms are Go's.

use std::fmt;

/// The machine that an executable is for, in the words of an OCI image index. The order is that in which an index lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Platform {
    /// Go's name of the machine.
    pub(crate) architecture: &'static str,
    /// Which of the ARM architectures, where the machine alone does not tell.
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
    /// It does not begin as an ELF file does.
    NotElf,
    /// It is an ELF file, but not of a kind that is run: an object, a library, a core.
    NotExecutable,
    /// It is cut short.
    Truncated,
    /// It asks for a loader, and there is none in the image.
    Dynamic {
        /// The loader that it asks for.
        interpreter: String,
    },
    /// It is for a machine of another kind.
    Machine {
        /// Its `e_machine`.
        machine: u16,
    },
    /// It is for ARM, but not for one that Linux runs on, or it does not say for which.
    ArmArchitecture,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotElf => write!(
                out,
                "is not a Linux executable; give the file that `cargo build --release --target …-linux-musl` makes"
            ),
            Self::NotExecutable => {
                write!(out, "is an object or a library and not an executable; give the one that `cargo build` makes")
            }
            Self::Truncated => write!(out, "is cut short; build or copy it again"),
            Self::Dynamic { interpreter } => write!(
                out,
                "is linked dynamically (it asks for {}), and the image holds nothing but the executable; build it for a musl target \
                 (`cargo build --release --target aarch64-unknown-linux-musl`)",
                interpreter.escape_default()
            ),
            Self::Machine { machine } => {
                write!(
                    out,
                    "is for a machine other than x86_64, aarch64 and ARM (e_machine {machine}); build it for one of these"
                )
            }
            Self::ArmArchitecture => write!(
                out,
                "does not say for which ARM architecture it is (section .ARM.attributes); build it for armv7- or arm-unknown-linux-musleabihf, \
                 and strip it with no tool that removes section headers"
            ),
        }
    }
}

/// The machine that an executable is for; a fault where it could not run alone in an image.
pub(crate) fn platform(file: &[u8]) -> Result<Platform, Fault> {
    const ET_EXEC: u16 = 2;
    const ET_DYN: u16 = 3;

    let elf = Elf::read(file)?;
    // A static-pie executable is of type ET_DYN, as a library is; only the one has an entry.
    if !matches!(elf.half(0x10)?, ET_EXEC | ET_DYN) || elf.word(0x18)? == 0 {
        return Err(Fault::NotExecutable);
    }
    if let Some(interpreter) = elf.interpreter()? {
        return Err(Fault::Dynamic { interpreter });
    }
    match (elf.half(0x12)?, elf.class) {
        (62, Class::Bits64) => Ok(Platform { architecture: "amd64", variant: None }),
        (183, Class::Bits64) => Ok(Platform { architecture: "arm64", variant: None }),
        (40, Class::Bits32) => Ok(Platform { architecture: "arm", variant: Some(arm_variant(&elf)?) }),
        (machine, _) => Err(Fault::Machine { machine }),
    }
}

/// The width of a file's addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Bits32,
    Bits64,
}

/// The bytes of a little-endian ELF file, as all those that Linux runs on these machines are.
struct Elf<'a> {
    file: &'a [u8],
    class: Class,
}

impl<'a> Elf<'a> {
    fn read(file: &'a [u8]) -> Result<Self, Fault> {
        let class = match file {
            [0x7f, b'E', b'L', b'F', 1, 1, ..] => Class::Bits32,
            [0x7f, b'E', b'L', b'F', 2, 1, ..] => Class::Bits64,
            _ => return Err(Fault::NotElf),
        };
        Ok(Self { file, class })
    }

    /// Of two numbers the one for this class: many offsets and sizes differ between the two.
    fn either<T>(&self, bits32: T, bits64: T) -> T {
        match self.class {
            Class::Bits32 => bits32,
            Class::Bits64 => bits64,
        }
    }

    fn bytes(&self, offset: usize, length: usize) -> Result<&'a [u8], Fault> {
        let end = offset.checked_add(length).ok_or(Fault::Truncated)?;
        self.file.get(offset..end).ok_or(Fault::Truncated)
    }

    fn array<const N: usize>(&self, offset: usize) -> Result<[u8; N], Fault> {
        self.bytes(offset, N).map(|bytes| bytes.try_into().expect("N bytes were asked for"))
    }

    /// A field of two bytes.
    fn half(&self, offset: usize) -> Result<u16, Fault> {
        self.array(offset).map(u16::from_le_bytes)
    }

    /// A field that is as wide as the file's addresses.
    fn word(&self, offset: usize) -> Result<usize, Fault> {
        let value = match self.class {
            Class::Bits32 => u32::from_le_bytes(self.array(offset)?).into(),
            Class::Bits64 => u64::from_le_bytes(self.array(offset)?),
        };
        usize::try_from(value).map_err(|_| Fault::Truncated)
    }

    /// The offsets of the headers of a table: `count` of them, each of `size`, from `start`.
    fn table(start: usize, size: u16, count: u16) -> impl Iterator<Item = usize> {
        (0..usize::from(count)).map(move |index| start.saturating_add(index * usize::from(size)))
    }

    /// The loader that the file asks for: the content of its first `PT_INTERP` segment.
    fn interpreter(&self) -> Result<Option<String>, Fault> {
        const PT_INTERP: u32 = 3;

        let start = self.word(self.either(0x1c, 0x20))?;
        let (size, count) = (self.half(self.either(0x2a, 0x36))?, self.half(self.either(0x2c, 0x38))?);
        for header in Self::table(start, size, count) {
            if u32::from_le_bytes(self.array(header)?) == PT_INTERP {
                let offset = self.word(header.saturating_add(self.either(0x04, 0x08)))?;
                let length = self.word(header.saturating_add(self.either(0x10, 0x20)))?;
                let path = self.bytes(offset, length)?;
                return Ok(Some(String::from_utf8_lossy(path).trim_end_matches('\0').to_owned()));
            }
        }
        Ok(None)
    }

    /// The content of the first section of a type.
    fn section(&self, wanted: u32) -> Result<Option<&'a [u8]>, Fault> {
        let start = self.word(self.either(0x20, 0x28))?;
        let (size, count) = (self.half(self.either(0x2e, 0x3a))?, self.half(self.either(0x30, 0x3c))?);
        for header in Self::table(start, size, count) {
            if u32::from_le_bytes(self.array(header.saturating_add(4))?) == wanted {
                let offset = self.word(header.saturating_add(self.either(0x10, 0x18)))?;
                let length = self.word(header.saturating_add(self.either(0x14, 0x20)))?;
                return self.bytes(offset, length).map(Some);
            }
        }
        Ok(None)
    }
}

/// The variant of a 32-bit ARM executable, from the architecture that its build attributes name.
fn arm_variant(elf: &Elf<'_>) -> Result<&'static str, Fault> {
    const SHT_ARM_ATTRIBUTES: u32 = 0x7000_0003;

    let attributes = elf.section(SHT_ARM_ATTRIBUTES)?.ok_or(Fault::ArmArchitecture)?;
    // The values of Tag_CPU_arch; those between are of processors without a memory management unit.
    match cpu_arch(attributes) {
        Some(3..=5) => Ok("v5"),
        Some(6..=9) => Ok("v6"),
        Some(10) => Ok("v7"),
        Some(14) => Ok("v8"),
        _ => Err(Fault::ArmArchitecture),
    }
}

/// `Tag_CPU_arch` of a build attributes section (Addenda to the ABI for the Arm Architecture, §3): the format's version `A`, then vendors' parts,
/// of which `aeabi` has the public attributes; in it scopes, of which the first is the whole file.
fn cpu_arch(section: &[u8]) -> Option<u64> {
    const TAG_FILE: u8 = 1;
    const TAG_CPU_RAW_NAME: u64 = 4;
    const TAG_CPU_NAME: u64 = 5;
    const TAG_CPU_ARCH: u64 = 6;
    const TAG_COMPATIBILITY: u64 = 32;

    let (b'A', mut parts) = section.split_first()? else { return None };
    let public = loop {
        let length = usize::try_from(u32::from_le_bytes(parts.first_chunk().copied()?)).ok()?;
        let (part, rest) = parts.split_at_checked(length)?;
        if let Some(public) = part.get(4..)?.strip_prefix(b"aeabi\0") {
            break public;
        }
        // A length less than its own field would have this stand still.
        parts = if length < 4 { return None } else { rest };
    };
    let (&TAG_FILE, scope) = public.split_first()? else { return None };
    let length = usize::try_from(u32::from_le_bytes(scope.first_chunk().copied()?)).ok()?;
    let mut attributes = public.get(5..length)?;
    loop {
        let tag = uleb128(&mut attributes)?;
        match tag {
            TAG_CPU_ARCH => return uleb128(&mut attributes),
            TAG_CPU_RAW_NAME | TAG_CPU_NAME => skip_text(&mut attributes)?,
            TAG_COMPATIBILITY => {
                uleb128(&mut attributes)?;
                skip_text(&mut attributes)?;
            }
            // From 32 on an odd tag has a text and an even one a number; below it, where not said otherwise, a number.
            33.. if tag % 2 == 1 => skip_text(&mut attributes)?,
            _ => {
                uleb128(&mut attributes)?;
            }
        }
    }
}

/// Takes a number in base 128, least significant digits first, off the front.
fn uleb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Takes a text that ends with a zero byte off the front.
fn skip_text(bytes: &mut &[u8]) -> Option<()> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    *bytes = &bytes[end + 1..];
    Some(())
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

        /// Header, program header and section header at fixed places, what they point to behind them.
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
                put(if wide { 0x36 } else { 0x2a }, &[56, 0, 1, 0]);
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

    /// A build attributes section: a vendor's part, then the public one with the processor's name before its architecture.
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
    fn the_platform_is_read_from_the_file() {
        for (elf, expected) in [
            (Elf::new(X86_64), "linux/amd64"),
            (Elf { kind: 3, ..Elf::new(X86_64) }, "linux/amd64"),
            (Elf::new(AARCH64), "linux/arm64"),
            (arm(6), "linux/arm/v6"),
            (arm(10), "linux/arm/v7"),
        ] {
            assert_eq!(platform(&elf.bytes()).map(|platform| platform.to_string()), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn what_cannot_run_alone_is_refused() {
        let interpreter = Some(&b"/lib/ld-musl-aarch64.so.1\0"[..]);
        let dynamic = Fault::Dynamic { interpreter: "/lib/ld-musl-aarch64.so.1".to_owned() };
        for (elf, fault) in [
            (Elf { interpreter, ..Elf::new(AARCH64) }, dynamic.clone()),
            (Elf { interpreter, ..arm(10) }, dynamic),
            (Elf { kind: 1, ..Elf::new(X86_64) }, Fault::NotExecutable),
            (Elf { kind: 3, entry: 0, ..Elf::new(X86_64) }, Fault::NotExecutable),
            (Elf::new(243), Fault::Machine { machine: 243 }),
            (Elf::new(ARM), Fault::ArmArchitecture),
            // ARMv7-M: a microcontroller.
            (arm(13), Fault::ArmArchitecture),
        ] {
            assert_eq!(platform(&elf.bytes()), Err(fault));
        }
    }

    #[test]
    fn what_is_no_executable_is_told_apart_from_half_of_one() {
        for (file, fault) in [
            (&b""[..], Fault::NotElf),
            (b"#!/bin/sh\n", Fault::NotElf),
            // Big-endian.
            (b"\x7fELF\x02\x02\x01", Fault::NotElf),
            (b"\x7fELF\x02\x01\x01", Fault::Truncated),
        ] {
            assert_eq!(platform(file), Err(fault));
        }
    }

    #[test]
    fn this_test_runs_on_a_platform_that_has_a_name() {
        let me = std::fs::read(std::env::current_exe().expect("the test has a path")).expect("and can be read");
        assert!(!matches!(platform(&me), Err(Fault::NotElf | Fault::NotExecutable | Fault::Truncated)));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(mut file in prop::collection::vec(any::<u8>(), 0..600), class in 1..3_u8) {
            let start = [0x7f, b'E', b'L', b'F', class, 1];
            let length = start.len().min(file.len());
            file[..length].copy_from_slice(&start[..length]);
            let _ = platform(&file);
        }

        #[test]
        fn no_change_of_a_sound_file_makes_it_panic(at in 0..512_usize, byte: u8, length in 0..513_usize) {
            for elf in [Elf { interpreter: Some(b"/lib/ld.so\0"), ..Elf::new(AARCH64) }, arm(10)] {
                let mut file = elf.bytes();
                file[at] = byte;
                file.truncate(length);
                let _ = platform(&file);
            }
        }

        #[test]
        fn no_build_attributes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut section = b"A\x40\0\0\0aeabi\0".to_vec();
            section.extend(bytes);
            let _ = cpu_arch(&section);
        }
    }
}
