//! Makes the linker redirect functions of whisper.cpp to our overrides (`src/linked.rs`).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ARCH") == "x86_64" {
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
}
