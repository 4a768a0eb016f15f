#include "CRunnerProtocol.h"

static void number_write(uint32_t number, uint8_t *bytes) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t number_read(const uint8_t *bytes) {
    uint32_t number = 0;
    for (int i = 0; i < 4; i++) number |= (uint32_t)bytes[i] << (8 * i);
    return number;
}

void frame_head_write(struct frame_head head, uint8_t bytes[FRAME_HEAD]) {
    bytes[0] = head.kind;
    number_write(head.request, bytes + 1);
    number_write(head.length, bytes + 5);
}

struct frame_head frame_head_read(const uint8_t bytes[FRAME_HEAD]) {
    return (struct frame_head){.kind = bytes[0], .request = number_read(bytes + 1), .length = number_read(bytes + 5)};
}
