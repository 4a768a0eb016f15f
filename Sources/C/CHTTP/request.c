#include "CHTTP.h"
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

static struct {
    int is_there;
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
    void (*cleanup)(CURL *);
    const char *(*strerror)(CURLcode);
    struct curl_slist *(*append)(struct curl_slist *, const char *);
    void (*free_all)(struct curl_slist *);
} curl;

static void open_curl(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    CURLcode (*global_init)(long) = dlsym(library, "curl_global_init");
    curl.init = dlsym(library, "curl_easy_init");
    curl.setopt = dlsym(library, "curl_easy_setopt");
    curl.perform = dlsym(library, "curl_easy_perform");
    curl.getinfo = dlsym(library, "curl_easy_getinfo");
    curl.cleanup = dlsym(library, "curl_easy_cleanup");
    curl.strerror = dlsym(library, "curl_easy_strerror");
    curl.append = dlsym(library, "curl_slist_append");
    curl.free_all = dlsym(library, "curl_slist_free_all");
    curl.is_there = global_init && curl.init && curl.setopt && curl.perform && curl.getinfo && curl.cleanup &&
                    curl.strerror && curl.append && curl.free_all && global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

typedef struct {
    const gyrus_http_request *request;
    CURL *handle;
} call;

static size_t on_header(char *line, size_t size, size_t count, void *context) {
    const call *c = context;
    c->request->header(c->request->context, line, size * count);
    return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    const call *c = context;
    long status = 0;
    curl.getinfo(c->handle, CURLINFO_RESPONSE_CODE, &status);
    // The body of a redirection or of an error is a page for people.
    if (status != 200 && status != 206) return size * count;
    return c->request->body(c->request->context, (int)status, bytes, size * count) ? 0 : size * count;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    const call *k = context;
    (void)a, (void)b, (void)c, (void)d;
    return k->request->stop(k->request->context);
}

gyrus_http_result gyrus_http_perform(const gyrus_http_request *request) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_curl);
    gyrus_http_result result = {GYRUS_HTTP_MISSING, 0, ""};
    CURL *handle = curl.is_there ? curl.init() : NULL;
    if (!handle) return result;
    call c = {request, handle};
    char details[CURL_ERROR_SIZE] = "";
    char range[32];
    struct curl_slist *headers = NULL;
    for (const char *const *line = request->headers; *line; line++) headers = curl.append(headers, *line);

    curl.setopt(handle, CURLOPT_URL, request->url);
    curl.setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl.setopt(handle, CURLOPT_USERAGENT, "gyrus");
    curl.setopt(handle, CURLOPT_ERRORBUFFER, details);
    curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.setopt(handle, CURLOPT_CONNECTTIMEOUT, 20L);
    // A connection on which nothing comes for half a minute is dead.
    curl.setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl.setopt(handle, CURLOPT_LOW_SPEED_TIME, 30L);
    curl.setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.setopt(handle, CURLOPT_NOBODY, (long)request->head_only);
    // libcurl gives the token to no other host than that of the URL.
    curl.setopt(handle, CURLOPT_FOLLOWLOCATION, (long)!request->head_only);
    curl.setopt(handle, CURLOPT_MAXREDIRS, 10L);
    curl.setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl.setopt(handle, CURLOPT_HEADERDATA, &c);
    curl.setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl.setopt(handle, CURLOPT_WRITEDATA, &c);
    curl.setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl.setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl.setopt(handle, CURLOPT_XFERINFODATA, &c);
    if (request->offset > 0) {
        snprintf(range, sizeof range, "%lld-", (long long)request->offset);
        curl.setopt(handle, CURLOPT_RANGE, range);
    }
    CURLcode code = curl.perform(handle);
    long status = 0;
    curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    result.status = (int)status;
    switch (code) {
    case CURLE_OK: result.outcome = GYRUS_HTTP_DONE; break;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK: result.outcome = GYRUS_HTTP_STOPPED; break;
    default:
        result.outcome = GYRUS_HTTP_FAILED;
        snprintf(result.message, sizeof result.message, "%s", details[0] ? details : curl.strerror(code));
    }
    curl.free_all(headers);
    curl.cleanup(handle);
    return result;
}
