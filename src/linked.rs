//! What stands before functions of whisper.cpp: the linker gives their callers these (`--wrap` in `build.rs`), and these the
//! originals under the names `__real_...`. A program that uses the library without this file reads more slowly, and the same
//! words but for what sums rounded in another order decide (7 of 3,366).

#![allow(unsafe_code, reason = "functions that C calls, with pointers")]

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::slice;

use aloud::transcript::matrix::{Block, Factors, Rows, multiply};
use aloud::transcript::whisper::threads_of_one_reading;
use whisper_rs::whisper_rs_sys::{
    ggml_backend, ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_CPU, ggml_type, ggml_type_GGML_TYPE_F16,
    ggml_type_GGML_TYPE_F32, ggml_type_GGML_TYPE_Q8_0,
};

/// The beginning of ggml's `ggml_compute_params`.
#[repr(C)]
pub struct Turn {
    /// Which of the threads that share the product this is.
    thread: c_int,
    /// How many there are.
    threads: c_int,
}

unsafe extern "C" {
    fn __real_ggml_backend_init_by_type(kind: c_uint, parameters: *const c_char) -> *mut ggml_backend;
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

/// Makes a backend of a kind; one for the processor works with one thread until it is told otherwise.
///
/// whisper.cpp aligns times with a backend that it tells nothing, and which would start four threads. They wait for each
/// other by spinning, and take the cores from the pieces that are read at the same time.
///
/// # Safety
/// As of `ggml_backend_init_by_type`: `parameters` is null or ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __wrap_ggml_backend_init_by_type(
    kind: c_uint,
    parameters: *const c_char,
) -> *mut ggml_backend {
    // SAFETY: the very arguments that the caller gave.
    let backend = unsafe { __real_ggml_backend_init_by_type(kind, parameters) };
    if kind == ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_CPU && !backend.is_null() {
        // SAFETY: a backend for the processor, made above and not yet at work.
        unsafe { ggml_backend_cpu_set_n_threads(backend, 1) };
    }
    backend
}

/// Multiplies as `llamafile_sgemm` does: column `j` of `c` begins at `ldc * j` and has `m` numbers, each the product of a row
/// of `a` and row `j` of `b`, `k` elements (blocks, where the type has blocks) long. False when it was not done.
///
/// # Safety
/// As of `llamafile_sgemm`: ggml has `m` rows of `k` elements at `a`, `lda` apart, `n` at `b`, `ldb` apart, and room for the result
/// at `c`; nobody else writes there while this runs.
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
    // SAFETY: ggml's pointer to a structure that begins so (`ggml-cpu-impl.h`).
    let alone = unsafe { (*turn).threads } == 1;
    let whole = m > 0 && n > 0 && k > 0 && lda >= k && ldb >= k && ldc >= m;
    let [a_is, b_is, c_is] = [a_type, b_type, c_type].map(|t| t as ggml_type);
    if alone && whole && a_is == b_is && c_is == ggml_type_GGML_TYPE_F32 {
        let [m, n, k, lda, ldb, ldc] = [m, n, k, lda, ldb, ldc].map(|n| n as usize);
        // SAFETY: what the caller promises: all of these elements are there, and are of these types.
        let factors = unsafe {
            match a_is {
                #[allow(non_upper_case_globals, reason = "the names of the bindings")]
                ggml_type_GGML_TYPE_Q8_0 => {
                    Some(Factors::Blocks(rows::<Block>(a, lda, k, m), rows::<Block>(b, ldb, k, n)))
                }
                #[allow(non_upper_case_globals, reason = "the names of the bindings")]
                ggml_type_GGML_TYPE_F16 => Some(Factors::Halves(rows::<u16>(a, lda, k, m), rows::<u16>(b, ldb, k, n))),
                _ => None,
            }
        };
        // SAFETY: as above; the result lies apart from both factors.
        let result = unsafe { slice::from_raw_parts_mut(c.cast::<f32>(), (n - 1) * ldc + m) };
        if factors.is_some_and(|factors| multiply(&factors, result, ldc, threads_of_one_reading())) {
            return true;
        }
    }
    // SAFETY: the very arguments that ggml gave.
    unsafe { __real_llamafile_sgemm(turn, m, n, k, a, lda, b, ldb, c, ldc, a_type, b_type, c_type) }
}

/// # Safety
/// There are `count` rows of `depth` elements of this type there, `stride` elements apart.
unsafe fn rows<'a, T>(begin: *const c_void, stride: usize, depth: usize, count: usize) -> Rows<'a, T> {
    // SAFETY: what the caller promises.
    let elements = unsafe { slice::from_raw_parts(begin.cast::<T>(), (count - 1) * stride + depth) };
    Rows { elements, stride, depth, count }
}
