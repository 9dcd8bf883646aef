// Finds ALSA, the system's sound library, when it is first called instead of when the program starts. A program to give to
// others (`make portable`) is linked with this in place of libasound.so: on a machine without ALSA it analyzes recordings
// all the same, and finds no microphone there.
//
// The parameters of every function here are whole numbers and pointers, six at most, which x86-64 and ARM64 both pass in
// registers; so one signature does for all of them. A function that is missing in the list is named by the linker.
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

typedef long function(long, long, long, long, long, long);

static function *find(const char *name) {
  // Two threads may both open it: it is the same library then. It stays open to the end.
  static _Atomic(void *) library;
  void *opened = atomic_load(&library);
  if (!opened) {
    opened = dlopen("libasound.so.2", RTLD_NOW | RTLD_LOCAL);
    atomic_store(&library, opened);
  }
  return opened ? (function *)dlsym(opened, name) : NULL;
}

#define OR(absent, name)                                                       \
  long name(long a, long b, long c, long d, long e, long f) {                  \
    static _Atomic(function *) found;                                          \
    function *call = atomic_load(&found);                                      \
    if (!call) {                                                               \
      call = find(#name);                                                      \
      atomic_store(&found, call);                                              \
    }                                                                          \
    return call ? call(a, b, c, d, e, f) : (absent);                           \
  }
// Without ALSA: no such device, for functions that return an error code or whose value nobody reads then.
#define CODE(name) OR(-ENODEV, name)
// Without ALSA: null.
#define POINTER(name) OR(0, name)

CODE(snd_card_next)
CODE(snd_config_update)
CODE(snd_config_update_free_global)
CODE(snd_ctl_card_info)
CODE(snd_ctl_card_info_free)
POINTER(snd_ctl_card_info_get_name)
CODE(snd_ctl_card_info_malloc)
CODE(snd_ctl_close)
CODE(snd_ctl_open)
CODE(snd_ctl_pcm_info)
CODE(snd_ctl_pcm_next_device)
CODE(snd_device_name_free_hint)
POINTER(snd_device_name_get_hint)
CODE(snd_device_name_hint)
POINTER(snd_lib_error_set_local)
CODE(snd_output_buffer_open)
CODE(snd_output_close)
CODE(snd_output_putc)
CODE(snd_output_puts)
CODE(snd_output_vprintf)
CODE(snd_pcm_avail_delay)
CODE(snd_pcm_bytes_to_frames)
CODE(snd_pcm_close)
CODE(snd_pcm_format_physical_width)
CODE(snd_pcm_get_params)
CODE(snd_pcm_hw_params)
CODE(snd_pcm_hw_params_any)
CODE(snd_pcm_hw_params_can_resume)
CODE(snd_pcm_hw_params_copy)
CODE(snd_pcm_hw_params_current)
CODE(snd_pcm_hw_params_free)
CODE(snd_pcm_hw_params_get_buffer_size_max)
CODE(snd_pcm_hw_params_get_channels_max)
CODE(snd_pcm_hw_params_get_channels_min)
CODE(snd_pcm_hw_params_get_period_size)
CODE(snd_pcm_hw_params_get_period_size_max)
CODE(snd_pcm_hw_params_get_period_size_min)
CODE(snd_pcm_hw_params_get_rate_max)
CODE(snd_pcm_hw_params_get_rate_min)
CODE(snd_pcm_hw_params_malloc)
CODE(snd_pcm_hw_params_set_access)
CODE(snd_pcm_hw_params_set_buffer_size_near)
CODE(snd_pcm_hw_params_set_channels)
CODE(snd_pcm_hw_params_set_format)
CODE(snd_pcm_hw_params_set_period_size_near)
CODE(snd_pcm_hw_params_set_rate)
CODE(snd_pcm_hw_params_supports_audio_ts_type)
CODE(snd_pcm_hw_params_test_channels)
CODE(snd_pcm_hw_params_test_format)
CODE(snd_pcm_hw_params_test_rate)
CODE(snd_pcm_info)
CODE(snd_pcm_info_free)
POINTER(snd_pcm_info_get_name)
CODE(snd_pcm_info_get_stream)
CODE(snd_pcm_info_malloc)
CODE(snd_pcm_info_set_device)
CODE(snd_pcm_info_set_stream)
CODE(snd_pcm_info_set_subdevice)
CODE(snd_pcm_open)
CODE(snd_pcm_pause)
CODE(snd_pcm_poll_descriptors)
CODE(snd_pcm_poll_descriptors_count)
CODE(snd_pcm_poll_descriptors_revents)
CODE(snd_pcm_prepare)
CODE(snd_pcm_readi)
CODE(snd_pcm_resume)
CODE(snd_pcm_start)
CODE(snd_pcm_state)
CODE(snd_pcm_status)
CODE(snd_pcm_status_get_audio_htstamp)
CODE(snd_pcm_status_get_htstamp)
CODE(snd_pcm_status_get_state)
CODE(snd_pcm_status_get_trigger_htstamp)
CODE(snd_pcm_status_set_audio_htstamp_config)
CODE(snd_pcm_status_sizeof)
CODE(snd_pcm_sw_params)
CODE(snd_pcm_sw_params_current)
CODE(snd_pcm_sw_params_free)
CODE(snd_pcm_sw_params_malloc)
CODE(snd_pcm_sw_params_set_avail_min)
CODE(snd_pcm_sw_params_set_start_threshold)
CODE(snd_pcm_sw_params_set_tstamp_mode)
CODE(snd_pcm_sw_params_set_tstamp_type)
CODE(snd_pcm_writei)
