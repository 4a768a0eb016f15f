// The toolchain's own header; Package.swift names its folder.
#include <SourceKit/sourcekitd.h>
// For what keeps the process small.
#include <malloc.h>
