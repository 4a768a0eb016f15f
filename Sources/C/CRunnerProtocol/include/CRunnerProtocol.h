// What the kernel and the processes that work for it say to one another. The kernel starts a process with two pipes:
// messages to the kernel travel in frames, commands to the process in lines. RunnerProtocol is the Swift face.
#pragma once

#include <stdint.h>

#define SWIFT_ENUM(NAME) __attribute__((enum_extensibility(open), swift_name(NAME)))
#define SWIFT_NAME(NAME) __attribute__((swift_name(NAME)))

// The descriptors of the two pipes in the process.
enum { CHANNEL = 3, COMMANDS = 4 };

// --- frames -------------------------------------------------------------------------------------------------------

// A frame is a head and `length` bytes of payload. The head is a kind (1 byte), the number of the request that the
// message belongs to, and the length (4 bytes each, little endian).
enum { FRAME_HEAD = 9 };

struct SWIFT_NAME("FrameHead") frame_head {
    uint8_t kind;
    uint32_t request;
    uint32_t length;
};

void frame_head_write(struct frame_head head, uint8_t bytes[FRAME_HEAD]);
struct frame_head frame_head_read(const uint8_t bytes[FRAME_HEAD]);

// What a message says, and what its payload is. PythonHost/gyrus_host/channel.py knows some of the numbers, too.
enum SWIFT_ENUM("MessageKind") message_kind : uint8_t {
    MESSAGE_DISPLAY SWIFT_NAME("display") = 1, // The content of a message of the Jupyter protocol; likewise the next and the result.
    MESSAGE_UPDATE SWIFT_NAME("update") = 2,
    MESSAGE_CLEAR SWIFT_NAME("clear") = 3,     // ClearOutput
    MESSAGE_RESULT SWIFT_NAME("result") = 4,
    MESSAGE_ERROR SWIFT_NAME("error") = 5,     // UncaughtError
    MESSAGE_COMM SWIFT_NAME("comm") = 6,       // CommFrame
    MESSAGE_KEPT SWIFT_NAME("kept") = 7,       // KeptResult
    MESSAGE_STDOUT SWIFT_NAME("stdout") = 10,  // Text, of which a character may be cut in two.
    MESSAGE_STDERR SWIFT_NAME("stderr") = 11,
    MESSAGE_INPUT SWIFT_NAME("input") = 12,    // InputDemand
    MESSAGE_READY SWIFT_NAME("ready") = 20,
    MESSAGE_FINISHED SWIFT_NAME("finished") = 21, // JobEnd, of a cell.
    MESSAGE_ANSWER SWIFT_NAME("answer") = 22,     // What a command that asks is answered.
    MESSAGE_HANDLED SWIFT_NAME("handled") = 23,   // JobEnd, of the handler of a comm message.
    MESSAGE_STRAY SWIFT_NAME("stray") = 24,       // JobEnd: a trap on a thread that no job waits for.
    MESSAGE_WAITS SWIFT_NAME("waits") = 25,       // JobEnd: a job waits for what a stopped cell left.
    MESSAGE_QUESTION SWIFT_NAME("question") = 30, // Of the kernel to the completion process, which answers.
};

// --- how a cell or a handler ends -----------------------------------------------------------------------------------

enum SWIFT_ENUM("Outcome") outcome : uint8_t {
    OUTCOME_OK SWIFT_NAME("ok") = 0,
    OUTCOME_ERROR SWIFT_NAME("error") = 1,
    OUTCOME_TRAP SWIFT_NAME("trap") = 2,
    OUTCOME_INTERRUPT SWIFT_NAME("interrupt") = 3,
    OUTCOME_MEMORY SWIFT_NAME("memory") = 4, // There was no memory left for it.
    OUTCOME_HELD SWIFT_NAME("held") = 5,     // It waited for what a stopped cell left.
};

// What a stopped cell left so that it cannot be waited for. Of the last kind it is only known that nothing goes on which
// could end the wait.
enum SWIFT_ENUM("HeldKind") held_kind : uint8_t {
    HELD_LOCK SWIFT_NAME("lock") = 0,
    HELD_SEMAPHORE SWIFT_NAME("semaphore") = 1,
    HELD_TASK SWIFT_NAME("task") = 2,
    HELD_SOMETHING SWIFT_NAME("something") = 3,
};

// --- commands to the runner -----------------------------------------------------------------------------------------

#define COMMAND_RUN "run"             // run REQUEST SHELL MESSAGE-ID ENTRY PATH
#define COMMAND_COMM "comm"           // comm REQUEST MESSAGE-ID LENGTH, with so many bytes behind the line
#define COMMAND_INTERRUPT "interrupt" // interrupt REQUEST
#define COMMAND_INPUT "input"         // input TEXT
#define COMMAND_END_OF_INPUT "end-of-input"
#define COMMAND_SUBSHELLS "subshells" // subshells COUNT, of those that are open
// These are answered. An empty answer says that it was done.
#define COMMAND_LOAD "load"               // load PATH
#define COMMAND_ENVIRONMENT "environment" // The variables, a NUL after each.
#define COMMAND_SET "set"                 // set NAME=VALUE
#define COMMAND_GO "go"                   // go FOLDER

// The shells of `run`.
#define SHELL_MAIN "main"
#define SHELL_SUBSHELL "subshell"
