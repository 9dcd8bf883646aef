//! A check of whether whisper.cpp really multiplies with the kernels of this folder.

use std::ffi::c_void;
use std::ptr;

use whisper_rs::whisper_rs_sys::{
    ggml_backend_cpu_init, ggml_backend_free, ggml_backend_graph_compute, ggml_build_forward_expand, ggml_free,
    ggml_init, ggml_init_params, ggml_mul_mat, ggml_new_graph, ggml_new_tensor_2d, ggml_status_GGML_STATUS_SUCCESS,
    ggml_tensor, ggml_type_GGML_TYPE_F32, ggml_type_GGML_TYPE_Q8_0,
};

use super::{BLOCK, Block, ROWS, multiplied};
use crate::transcript::cpu::Cpu;

/// Memory for one small product (tensors, graph and numbers), in bytes.
const MEMORY: usize = 1 << 20;
/// The largest byte in ggml's blocks.
const LARGEST: f32 = 127.0;
/// One in half precision.
const ONE: u16 = 0x3c00;

/// Multiplies two small matrices with whisper.cpp's library, and returns whose kernels did it; `None` if the result is
/// wrong or there is none.
pub fn in_use() -> Option<Cpu> {
    let before = multiplied();
    // All bytes of row `r` are `r`. ggml converts the column to bytes without rounding, so every number is exact.
    let rows: [Block; ROWS] = std::array::from_fn(|row| Block { scale: ONE, steps: [row as i8; BLOCK] });
    let result = multiplied_by_ggml(&rows, &[LARGEST; BLOCK])?;
    let is_right = result.iter().enumerate().all(|(row, number)| *number == LARGEST * (row * BLOCK) as f32);
    is_right.then(|| if multiplied() > before { Cpu::best() } else { Cpu::Plain })
}

/// Returns the product of rows of one block each and a column, computed by a ggml graph.
fn multiplied_by_ggml(rows: &[Block; ROWS], column: &[f32; BLOCK]) -> Option<[f32; ROWS]> {
    let parameters = ggml_init_params { mem_size: MEMORY, mem_buffer: ptr::null_mut(), no_alloc: false };
    // SAFETY: both tensors have room for the numbers that are copied there: their shapes are those of the arrays. The
    // graph and its tensors live as long as the context, which is freed last.
    unsafe {
        let context = ggml_init(parameters);
        if context.is_null() {
            return None;
        }
        let a = ggml_new_tensor_2d(context, ggml_type_GGML_TYPE_Q8_0, BLOCK as i64, ROWS as i64);
        let b = ggml_new_tensor_2d(context, ggml_type_GGML_TYPE_F32, BLOCK as i64, 1);
        fill(a, rows);
        fill(b, column);
        let product = ggml_mul_mat(context, a, b);
        let graph = ggml_new_graph(context);
        ggml_build_forward_expand(graph, product);
        let backend = ggml_backend_cpu_init();
        let is_done =
            !backend.is_null() && ggml_backend_graph_compute(backend, graph) == ggml_status_GGML_STATUS_SUCCESS;
        let result = is_done.then(|| ptr::read((*product).data.cast::<[f32; ROWS]>()));
        ggml_backend_free(backend);
        ggml_free(context);
        result
    }
}

/// Copies numbers into a tensor.
///
/// # Safety
/// The tensor must have room for them.
unsafe fn fill<T, const N: usize>(tensor: *mut ggml_tensor, numbers: &[T; N]) {
    // SAFETY: as promised by the caller.
    unsafe {
        ptr::copy_nonoverlapping(
            ptr::from_ref(numbers).cast::<c_void>().cast::<u8>(),
            (*tensor).data.cast(),
            size_of_val(numbers),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use whisper_rs::whisper_rs_sys::whisper_version;

    use super::*;

    #[test]
    fn whisper_cpp_multiplies_rightly_without_the_overrides() {
        // The test cannot tell whose kernels did it: other tests multiply at the same time.
        assert!(in_use().is_some());
    }

    #[test]
    fn whisper_cpp_is_the_version_that_the_overrides_were_written_for() {
        // SAFETY: a constant string.
        let version = unsafe { CStr::from_ptr(whisper_version()) };
        assert_eq!(
            version.to_str(),
            Ok("1.8.3"),
            "read the functions that build.rs overrides in the new version, compare their parameters with src/linked.rs, \
             then change this number"
        );
    }
}
