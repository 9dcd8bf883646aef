//! Makes the linker redirect functions of whisper.cpp to our overrides (`src/linked.rs`), and link what a program to
//! give to others should not need from the system.

use std::env;

fn main() {
    for variable in ["ALOUD_PORTABLE", "GGML_LLAMAFILE"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(overrides)");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") != "linux" {
        return;
    }
    // `make portable` puts archives there that the linker finds before the system's shared libraries.
    if let Ok(folder) = env::var("ALOUD_PORTABLE") {
        println!("cargo::rustc-link-search=native={folder}");
    }
    if target("ARCH") != "x86_64" {
        return;
    }
    // Set in .cargo/config.toml, which cargo does not read from another folder. Without it, whisper.cpp has none of the
    // functions that the most important override is for.
    if env::var("GGML_LLAMAFILE").as_deref() != Ok("ON") {
        println!(
            "cargo::warning=aloud's own matrix products are left out, and transcribing takes longer: GGML_LLAMAFILE=ON is \
             not set. Run cargo in aloud's folder, which sets it."
        );
        return;
    }
    println!("cargo::rustc-cfg=overrides");
    // The last two are `operator new` and `operator new[]`.
    for function in [
        "llamafile_sgemm",
        "ggml_backend_init_by_type",
        "ggml_backend_sched_graph_compute",
        "ggml_aligned_malloc",
        "_Znwm",
        "_Znam",
    ] {
        println!("cargo::rustc-link-arg-bins=-Wl,--wrap={function}");
    }
}
