//! Linker overrides for whisper.cpp. With `--wrap` (`build.rs`), the linker redirects calls of these functions to ours,
//! and ours call the originals under the names `__real_...`. Without the overrides, whisper.cpp is slower and rounds
//! sums in another order: of 3,798 words, 20 became wrong and 18 right.

#![allow(unsafe_code, reason = "functions that C calls, with pointers")]

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::{ptr, slice};

use aloud::transcript::matrix::{Block, Factors, Kernels, Rows};
use aloud::transcript::whisper::threads_of_one_reading;
use whisper_rs::whisper_rs_sys::{
    ggml_backend, ggml_backend_buffer, ggml_backend_buffer_get_base, ggml_backend_buffer_get_size,
    ggml_backend_buffer_get_type, ggml_backend_cpu_buffer_type, ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_CPU,
    ggml_backend_sched, ggml_cgraph, ggml_graph_get_tensor, ggml_graph_n_nodes, ggml_graph_node, ggml_status,
    ggml_status_GGML_STATUS_SUCCESS, ggml_type, ggml_type_GGML_TYPE_F16, ggml_type_GGML_TYPE_F32,
    ggml_type_GGML_TYPE_Q8_0,
};

/// Number of rows of the smallest output projection (`n_vocab`). No other matrix of whisper.cpp has as many.
const FEWEST_WORDS: i64 = 51_864;
/// Maximum number of hypotheses that whisper.cpp extends in one product (`WHISPER_MAX_DECODERS`).
const MOST_HYPOTHESES: i64 = 8;

/// The first fields of ggml's `ggml_compute_params`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Turn {
    /// Index of this thread among those that share the product.
    thread: c_int,
    /// Number of threads that share the product.
    threads: c_int,
}

// Functions that allocate may throw.
unsafe extern "C-unwind" {
    fn __real__Znwm(bytes: usize) -> *mut c_void;
    fn __real__Znam(bytes: usize) -> *mut c_void;
    fn __real_ggml_backend_init_by_type(kind: c_uint, parameters: *const c_char) -> *mut ggml_backend;
    fn __real_ggml_backend_sched_graph_compute(
        scheduler: *mut ggml_backend_sched,
        graph: *mut ggml_cgraph,
    ) -> ggml_status;
}

unsafe extern "C" {
    fn __real_ggml_aligned_malloc(bytes: usize) -> *mut c_void;
    fn ggml_backend_cpu_set_n_threads(backend: *mut ggml_backend, threads: c_int);
    fn __real_llamafile_sgemm(
        turn: *const Turn,
        m: i64,
        n: i64,
        k: i64,
        a: *const c_void,
        lda: i64,
        b: *const c_void,
        ldb: i64,
        c: *mut c_void,
        ldc: i64,
        a_type: c_int,
        b_type: c_int,
        c_type: c_int,
    ) -> bool;
}

/// Creates a backend of this type. A CPU backend has one thread until its number of threads is set.
///
/// whisper.cpp aligns word times on a backend whose thread count it never sets, which would start four threads. These
/// would wait for each other by spinning, and take the cores from the chunks that are decoded at the same time.
///
/// # Safety
/// The same as for `ggml_backend_init_by_type`: `parameters` is null or null-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn __wrap_ggml_backend_init_by_type(
    kind: c_uint,
    parameters: *const c_char,
) -> *mut ggml_backend {
    // SAFETY: the arguments are the caller's own.
    let backend = unsafe { __real_ggml_backend_init_by_type(kind, parameters) };
    if kind == ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_CPU && !backend.is_null() {
        // SAFETY: the backend is a CPU backend, created above and not in use yet.
        unsafe { ggml_backend_cpu_set_n_threads(backend, 1) };
    }
    backend
}

/// Minimum size of a large allocation, in bytes.
const LARGE: usize = 4 << 20;

/// Returns the whole pages within a range of memory: their start and their length in bytes.
fn whole_pages(memory: *mut c_void, bytes: usize) -> (*mut c_void, usize) {
    const PAGE: usize = 4_096;
    let skipped = memory.align_offset(PAGE);
    (memory.wrapping_byte_add(skipped), bytes.saturating_sub(skipped) / PAGE * PAGE)
}

/// Requests 2 MiB pages for large allocations, where the system has them.
///
/// Decoding a chunk takes 200 MB, and every token reads all weights: five minutes of sound take 10.0 s with large
/// pages, and 11.0 s with 4 KiB pages.
///
/// # Safety
/// The pointer is null, or `bytes` bytes are allocated there.
unsafe fn in_large_pages(memory: *mut c_void, bytes: usize) -> *mut c_void {
    if bytes >= LARGE && !memory.is_null() {
        let (pages, bytes) = whole_pages(memory, bytes);
        // SAFETY: these pages lie within the allocation, and the advice does not change their contents. If it is
        // refused, access is only slower.
        unsafe { libc::madvise(pages, bytes, libc::MADV_HUGEPAGE) };
    }
    memory
}

/// Allocates the weights and the working memory of ggml.
///
/// # Safety
/// The same as for `ggml_aligned_malloc`, which has no requirements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __wrap_ggml_aligned_malloc(bytes: usize) -> *mut c_void {
    // SAFETY: the argument is the caller's own.
    unsafe { in_large_pages(__real_ggml_aligned_malloc(bytes), bytes) }
}

/// Overrides `operator new` for all C++ in the program: the logits of whisper.cpp are large.
///
/// # Safety
/// The same as for `operator new`, which has no requirements.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn __wrap__Znwm(bytes: usize) -> *mut c_void {
    // SAFETY: the argument is the caller's own.
    unsafe { in_large_pages(__real__Znwm(bytes), bytes) }
}

/// Overrides `operator new[]` for all C++ in the program: the working memory of a ggml graph is large.
///
/// # Safety
/// The same as for `operator new[]`, which has no requirements.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn __wrap__Znam(bytes: usize) -> *mut c_void {
    // SAFETY: the argument is the caller's own.
    unsafe { in_large_pages(__real__Znam(bytes), bytes) }
}

thread_local! {
    /// The buffer with the encoder's output, kept from the graph that writes it until the next graph on this thread.
    static ENCODED: Cell<*mut ggml_backend_buffer> = const { Cell::new(ptr::null_mut()) };
}

/// Computes a graph, and returns the memory of an earlier graph to the system once nothing reads it any more.
///
/// whisper.cpp encodes sound with three graphs in a row: the convolution; the encoder, the only reader of its output;
/// and the first step of the decoder, the only reader of the encoder's output. Each has its own working memory, which
/// lives as long as the state. Without this override, an hour of sound, two chunks at a time, peaked at 612 MB instead
/// of 552.
///
/// # Safety
/// The same as for `ggml_backend_sched_graph_compute`: both pointers are valid, and the graph has memory.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn __wrap_ggml_backend_sched_graph_compute(
    scheduler: *mut ggml_backend_sched,
    graph: *mut ggml_cgraph,
) -> ggml_status {
    // SAFETY: the arguments are the caller's own.
    let status = unsafe { __real_ggml_backend_sched_graph_compute(scheduler, graph) };
    let encoded = ENCODED.take();
    if status == ggml_status_GGML_STATUS_SUCCESS {
        // SAFETY: the graph and all tensors that it reads are valid; it was the only reader of those that are emptied.
        unsafe {
            let convolved = ggml_graph_get_tensor(graph, c"embd_conv (view)".as_ptr());
            if !convolved.is_null() {
                empty((*convolved).buffer);
                ENCODED.set((*ggml_graph_node(graph, -1)).buffer);
            } else if !encoded.is_null() && reads(graph, encoded) {
                empty(encoded);
            }
        }
    }
    status
}

/// Returns whether a graph reads a tensor of another graph that lies in this buffer. The pointer is only compared: the
/// buffer may have been freed.
///
/// # Safety
/// The graph and all tensors that it reads are valid.
unsafe fn reads(graph: *mut ggml_cgraph, buffer: *mut ggml_backend_buffer) -> bool {
    // SAFETY: as promised by the caller; a node has a pointer for each of its possible sources, null where it has
    // fewer.
    unsafe {
        (0..ggml_graph_n_nodes(graph)).any(|i| {
            let sources = (*ggml_graph_node(graph, i)).src;
            sources.iter().filter_map(|source| source.as_ref()?.view_src.as_ref()).any(|of| of.buffer == buffer)
        })
    }
}

/// Returns the whole pages of a buffer to the system. Their contents are lost; the buffer stays usable.
///
/// # Safety
/// The buffer is null or valid, and its contents are not needed any more.
unsafe fn empty(buffer: *mut ggml_backend_buffer) {
    // SAFETY: the buffer is valid, and so are all whole pages within its memory. Buffers of this type come from the
    // allocator and are private to the program.
    unsafe {
        if !buffer.is_null() && ggml_backend_buffer_get_type(buffer) == ggml_backend_cpu_buffer_type() {
            let (pages, bytes) =
                whole_pages(ggml_backend_buffer_get_base(buffer), ggml_backend_buffer_get_size(buffer));
            libc::madvise(pages, bytes, libc::MADV_DONTNEED);
        }
    }
}

/// Computes the matrix product of `llamafile_sgemm`: column `j` of `c` begins at `ldc * j` and has `m` numbers, each
/// the dot product of a row of `a` and row `j` of `b`, `k` elements long (blocks, for a block type). Returns false if
/// the product is left to ggml.
///
/// # Safety
/// The same as for `llamafile_sgemm`: ggml has `m` rows of `k` elements at `a`, `lda` apart, `n` at `b`, `ldb` apart,
/// and room for the result at `c`. Only the threads that share the product write there, each with its own `turn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __wrap_llamafile_sgemm(
    turn: *const Turn,
    m: i64,
    n: i64,
    k: i64,
    a: *const c_void,
    lda: i64,
    b: *const c_void,
    ldb: i64,
    c: *mut c_void,
    ldc: i64,
    a_type: c_int,
    b_type: c_int,
    c_type: c_int,
) -> bool {
    // SAFETY: ggml passes a pointer to a structure that begins with these fields (`ggml-cpu-impl.h`).
    let Turn { thread, threads } = unsafe { *turn };
    let whole = m > 0 && n > 0 && k > 0 && lda >= k && ldb >= k && ldc >= m;
    let [a_is, b_is, c_is] = [a_type, b_type, c_type].map(|t| t as ggml_type);
    if whole && a_is == b_is && c_is == ggml_type_GGML_TYPE_F32 {
        // For a prompt, and when aligning times, whisper.cpp requests the logits after every token but reads only those
        // after the last (`logits` of its batch).
        let first = if m >= FEWEST_WORDS && n > MOST_HYPOTHESES { n - 1 } else { 0 };
        let [m, n, k, lda, ldb, ldc, first] = [m, n - first, k, lda, ldb, ldc, first].map(|n| n as usize);
        let [thread, threads] = [thread, threads].map(|n| n as usize);
        // SAFETY: as promised by the caller, all of these elements exist and have these types.
        #[allow(non_upper_case_globals, reason = "the names of the bindings")]
        let factors = unsafe {
            match a_is {
                ggml_type_GGML_TYPE_Q8_0 => {
                    Some(Factors::Blocks(rows::<Block>(a, 0, lda, k, m), rows::<Block>(b, first, ldb, k, n)))
                }
                ggml_type_GGML_TYPE_F16 => {
                    Some(Factors::Halves(rows::<u16>(a, 0, lda, k, m), rows::<u16>(b, first, ldb, k, n)))
                }
                _ => None,
            }
        };
        if let (Some(factors), Some(kernels)) = (factors.filter(Factors::are_taken), Kernels::best()) {
            let share = factors.share(thread, threads, ldc);
            // SAFETY: as above; the result does not overlap the factors, and no other thread has this share of it.
            let result =
                unsafe { slice::from_raw_parts_mut(c.cast::<f32>().add(first * ldc + share.start), share.len()) };
            if threads == 1 {
                kernels.multiply(&factors, result, ldc, threads_of_one_reading());
            } else {
                kernels.multiply_share(&factors, thread, threads, result, ldc);
            }
            return true;
        }
    }
    // SAFETY: the arguments are ggml's own.
    unsafe { __real_llamafile_sgemm(turn, m, n, k, a, lda, b, ldb, c, ldc, a_type, b_type, c_type) }
}

/// Returns `count` rows of a matrix, from row `first` on.
///
/// # Safety
/// From row `first` on, there are `count` rows of `depth` elements of this type, `stride` elements apart.
unsafe fn rows<'a, T>(begin: *const c_void, first: usize, stride: usize, depth: usize, count: usize) -> Rows<'a, T> {
    // SAFETY: as promised by the caller.
    let elements =
        unsafe { slice::from_raw_parts(begin.cast::<T>().add(first * stride), (count - 1) * stride + depth) };
    Rows { elements, stride, depth, count }
}
