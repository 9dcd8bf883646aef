//! The vector instructions used by the speech model's matrix products.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// A class of processors, by the vector instructions that its matrix products use. Each class includes the instructions
/// of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cpu {
    /// No vector instructions are used here: whisper.cpp's own kernels do all the work.
    Plain,
    /// AVX2 with FMA and F16C: nearly every x86-64 processor since 2013.
    Avx2,
    /// AVX2 with byte products: Intel since 2021, AMD since 2024.
    AvxVnni,
    /// AVX-512 with byte products.
    Avx512,
}

/// The best class that may be used, if [`hold_to`] has set it.
static LIMIT: OnceLock<Cpu> = OnceLock::new();

/// Limits the kernels to those of `cpu` and below. Only the first call has an effect; make it before the first product.
pub fn hold_to(cpu: Cpu) {
    LIMIT.get_or_init(|| cpu);
}

impl Cpu {
    /// All classes, in ascending order.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Avx2, Self::AvxVnni, Self::Avx512];

    /// Returns the best class that this processor belongs to and [`hold_to`] allows.
    pub fn best() -> Self {
        let limit = LIMIT.get().copied().unwrap_or(Self::Avx512);
        Self::ALL.into_iter().rev().find(|cpu| *cpu <= limit && cpu.is_present()).unwrap_or(Self::Plain)
    }

    /// Returns whether this processor has the instructions of the class.
    #[cfg(target_arch = "x86_64")]
    pub fn is_present(self) -> bool {
        let has_avx2 =
            || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
        match self {
            Self::Plain => true,
            Self::Avx2 => has_avx2(),
            Self::AvxVnni => has_avx2() && is_x86_feature_detected!("avxvnni"),
            Self::Avx512 => {
                has_avx2()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vnni")
            }
        }
    }

    /// Returns whether this processor has the instructions of the class.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_present(self) -> bool {
        self == Self::Plain
    }

    /// Returns the name that [`Cpu::from_str`] accepts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Avx2 => "avx2",
            Self::AvxVnni => "avx-vnni",
            Self::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "no vector instructions of its own",
            Self::Avx2 => "AVX2",
            Self::AvxVnni => "AVX2 with byte products (AVX-VNNI)",
            Self::Avx512 => "AVX-512 with byte products (VNNI)",
        })
    }
}

/// The error for an unknown class name.
#[derive(Debug, thiserror::Error)]
#[error("no processor is called {0:?}. Use plain, avx2, avx-vnni or avx512.")]
pub struct UnknownCpu(String);

impl FromStr for Cpu {
    type Err = UnknownCpu;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|cpu| cpu.name() == name).ok_or_else(|| UnknownCpu(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_again_and_others_are_refused() {
        for cpu in Cpu::ALL {
            assert_eq!(cpu.name().parse::<Cpu>().unwrap(), cpu);
        }
        let error = "sse9".parse::<Cpu>().unwrap_err();
        assert_eq!(error.to_string(), "no processor is called \"sse9\". Use plain, avx2, avx-vnni or avx512.");
    }

    #[test]
    fn a_machine_is_at_least_plain() {
        assert!(Cpu::Plain.is_present() && Cpu::best().is_present());
    }
}
