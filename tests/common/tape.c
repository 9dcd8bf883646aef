/* A microphone made for tests: an ALSA plugin that delivers a known sound in real time, in exactly one format, and fails when
 * it is told to. Real devices with their rates, formats and faults cannot be had on every machine; this takes the very
 * same way through ALSA as they do.
 *
 *   pcm.!default { type tape rate 16000 channels 1 format S16_LE sound tone }
 *
 * sound     tone (440 Hz, half of full scale), zeros, square (full scale, all of it clipped), soft (-50 dBFS),
 *           burst (a tone for 4 s, then a room at -66 dBFS)
 * busy      1: another program holds it
 * denied    1: not ours to use
 * stall_ms  from then on it delivers nothing and says nothing
 * gone_ms   from then on it is unplugged
 * lose_ms   there it loses lose_for_ms of sound, and says so (an overrun)
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    snd_pcm_ioplug_t io;
    snd_pcm_format_t format;
    long rate, channels, stall_ms, gone_ms, lose_ms, lose_for_ms;
    char sound;
    int lost;
    struct timespec begun;    /* when frame 0 was recorded */
    snd_pcm_uframes_t origin; /* the frame at which the buffer began */
    snd_pcm_uframes_t read;   /* frames read since then */
} tape_t;

static double elapsed_s(const tape_t *tape)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - tape->begun.tv_sec) + (now.tv_nsec - tape->begun.tv_nsec) / 1e9;
}

static int is_gone(const tape_t *tape)
{
    return tape->gone_ms && tape->begun.tv_sec && elapsed_s(tape) * 1000 >= tape->gone_ms;
}

static int tape_start(snd_pcm_ioplug_t *io)
{
    tape_t *tape = io->private_data;
    long period_ns = (long)(1e9 * io->period_size / tape->rate);
    struct itimerspec tick = { { period_ns / 1000000000L, period_ns % 1000000000L }, { 0, 1000000 } };
    if (is_gone(tape))
        return -ENODEV;
    if (tape->begun.tv_sec == 0)
        clock_gettime(CLOCK_MONOTONIC, &tape->begun);
    tape->origin = (snd_pcm_uframes_t)(elapsed_s(tape) * tape->rate);
    tape->read = 0;
    return timerfd_settime(io->poll_fd, 0, &tick, NULL) < 0 ? -errno : 0;
}

static int tape_stop(snd_pcm_ioplug_t *io)
{
    struct itimerspec never = { { 0, 0 }, { 0, 0 } };
    timerfd_settime(io->poll_fd, 0, &never, NULL);
    return 0;
}

static snd_pcm_sframes_t tape_pointer(snd_pcm_ioplug_t *io)
{
    tape_t *tape = io->private_data;
    if (io->state != SND_PCM_STATE_RUNNING)
        return 0;
    double now_s = elapsed_s(tape);
    if (is_gone(tape))
        return -ENODEV;
    if (tape->lose_ms && !tape->lost && now_s * 1000 >= tape->lose_ms) {
        struct timespec loss = { tape->lose_for_ms / 1000, tape->lose_for_ms % 1000 * 1000000L };
        tape->lost = 1;
        nanosleep(&loss, NULL);
        return -EPIPE;
    }
    if (tape->stall_ms && now_s * 1000 >= tape->stall_ms)
        now_s = tape->stall_ms / 1000.0;
    snd_pcm_uframes_t heard = (snd_pcm_uframes_t)(now_s * tape->rate) - tape->origin;
    if (heard - tape->read > io->buffer_size)
        return -EPIPE;
    return heard % io->buffer_size;
}

static void put(const tape_t *tape, char *to, double x)
{
    switch (tape->format) {
    case SND_PCM_FORMAT_U8: *(unsigned char *)to = (unsigned char)lrint(128 + x * 127); break;
    case SND_PCM_FORMAT_S16_LE: *(short *)to = (short)lrint(x * 32767); break;
    case SND_PCM_FORMAT_S24_LE: *(int *)to = (int)lrint(x * 8388607); break;
    case SND_PCM_FORMAT_S32_LE: *(int *)to = (int)lrint(x * 2147483647.0); break;
    case SND_PCM_FORMAT_FLOAT_LE: *(float *)to = (float)x; break;
    default: *(double *)to = x; break;
    }
}

static snd_pcm_sframes_t tape_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
    tape_t *tape = io->private_data;
    for (snd_pcm_uframes_t i = 0; i < size; i++) {
        double phase = fmod(440.0 * (tape->origin + tape->read + i) / tape->rate, 1.0);
        double quiet = tape->sound == 'b' && tape->origin + tape->read + i > 4.0 * tape->rate ? 0.001 : 1;
        double x = tape->sound == 'z'   ? 0
                   : tape->sound == 's' ? 0.003 * sin(2 * M_PI * phase)
                   : tape->sound == 'q' ? (phase < 0.5 ? 1 : -1)
                                        : 0.5 * quiet * sin(2 * M_PI * phase);
        for (unsigned c = 0; c < io->channels; c++)
            put(tape, (char *)areas[c].addr + (areas[c].first + (offset + i) * areas[c].step) / 8, x);
    }
    tape->read += size;
    return size;
}

static int tape_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned n, unsigned short *revents)
{
    uint64_t ticks;
    (void)n;
    *revents = 0;
    if ((fds[0].revents & POLLIN) && read(io->poll_fd, &ticks, sizeof ticks) == sizeof ticks)
        *revents = POLLIN;
    return 0;
}

static int tape_close(snd_pcm_ioplug_t *io)
{
    close(io->poll_fd);
    free(io->private_data);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = tape_start,
    .stop = tape_stop,
    .pointer = tape_pointer,
    .transfer = tape_transfer,
    .poll_revents = tape_revents,
    .close = tape_close,
};

static int number(snd_config_t *entry, const char *id, const char *wanted, long *to)
{
    return strcmp(id, wanted) == 0 && snd_config_get_integer(entry, to) == 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(tape)
{
    snd_config_iterator_t i, next;
    long busy = 0, denied = 0;
    (void)root;
    tape_t *tape = calloc(1, sizeof *tape);
    if (!tape)
        return -ENOMEM;
    tape->rate = 48000;
    tape->channels = 1;
    tape->format = SND_PCM_FORMAT_S16_LE;
    tape->sound = 't';
    snd_config_for_each(i, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(i);
        const char *id, *text;
        if (snd_config_get_id(entry, &id) < 0)
            continue;
        if (number(entry, id, "rate", &tape->rate) || number(entry, id, "channels", &tape->channels) ||
            number(entry, id, "busy", &busy) || number(entry, id, "denied", &denied) ||
            number(entry, id, "stall_ms", &tape->stall_ms) || number(entry, id, "gone_ms", &tape->gone_ms) ||
            number(entry, id, "lose_ms", &tape->lose_ms) || number(entry, id, "lose_for_ms", &tape->lose_for_ms))
            continue;
        if (snd_config_get_string(entry, &text) < 0)
            continue;
        if (strcmp(id, "format") == 0)
            tape->format = snd_pcm_format_value(text);
        if (strcmp(id, "sound") == 0)
            tape->sound = strcmp(text, "soft") == 0 ? 's' : strcmp(text, "square") == 0 ? 'q' : text[0];
    }
    int error = stream != SND_PCM_STREAM_CAPTURE ? -EINVAL : busy ? -EBUSY : denied ? -EACCES : 0;
    if (error < 0) {
        free(tape);
        return error;
    }
    unsigned accesses[] = { SND_PCM_ACCESS_RW_INTERLEAVED }, formats[] = { (unsigned)tape->format };
    tape->io.version = SND_PCM_IOPLUG_VERSION;
    tape->io.name = "A microphone made for tests";
    tape->io.callback = &callbacks;
    tape->io.private_data = tape;
    tape->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    tape->io.poll_events = POLLIN;
    error = snd_pcm_ioplug_create(&tape->io, name, stream, mode);
    if (error < 0) {
        close(tape->io.poll_fd);
        free(tape);
        return error;
    }
    snd_pcm_ioplug_set_param_list(&tape->io, SND_PCM_IOPLUG_HW_ACCESS, 1, accesses);
    snd_pcm_ioplug_set_param_list(&tape->io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats);
    snd_pcm_ioplug_set_param_minmax(&tape->io, SND_PCM_IOPLUG_HW_RATE, tape->rate, tape->rate);
    snd_pcm_ioplug_set_param_minmax(&tape->io, SND_PCM_IOPLUG_HW_CHANNELS, tape->channels, tape->channels);
    snd_pcm_ioplug_set_param_minmax(&tape->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 18);
    snd_pcm_ioplug_set_param_minmax(&tape->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, 1 << 20);
    *pcmp = tape->io.pcm;
    return 0;
}

SND_PCM_PLUGIN_SYMBOL(tape);
