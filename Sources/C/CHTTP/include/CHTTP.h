// One HTTP request through libcurl, which is opened when it is first needed: linked, it and the libraries that it needs
// would take 13 ms of every session's start.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *url;
    /// Lines `Name: value`, ended by NULL.
    const char *const *headers;
    /// Asks for the headers alone, and follows no redirection.
    int head_only;
    /// The byte from which the body is wanted.
    int64_t offset;
    /// Called with each line of each response's header; a response begins with a line `HTTP/…`.
    void (*header)(void *context, const char *line, size_t count);
    /// Called with each part of the body of a response whose status is 200 or 206; stops the request where not 0.
    int (*body)(void *context, int status, const void *bytes, size_t count);
    /// Asked several times a second; stops the request where not 0.
    int (*stop)(void *context);
    void *context;
} gyrus_http_request;

typedef enum {
    GYRUS_HTTP_DONE,
    /// `body` or `stop` did.
    GYRUS_HTTP_STOPPED,
    /// No answer, or one that broke off; `message` says why.
    GYRUS_HTTP_FAILED,
    /// libcurl is not installed.
    GYRUS_HTTP_MISSING,
} gyrus_http_outcome;

typedef struct {
    gyrus_http_outcome outcome;
    int status;
    char message[256];
} gyrus_http_result;

gyrus_http_result gyrus_http_perform(const gyrus_http_request *request);
