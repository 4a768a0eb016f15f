#include <stddef.h>

// What glibc gives each program as code of its own, and not in its library: cells, which are linked with no such code, find
// it here.

int __cxa_atexit(void (*function)(void *), void *argument, void *library);
int __cxa_at_quick_exit(void (*function)(void *), void *library);
int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *library);

int atexit(void (*function)(void)) { return __cxa_atexit((void (*)(void *))function, NULL, NULL); }

int at_quick_exit(void (*function)(void)) { return __cxa_at_quick_exit((void (*)(void *))function, NULL); }

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
    return __register_atfork(prepare, parent, child, NULL);
}
