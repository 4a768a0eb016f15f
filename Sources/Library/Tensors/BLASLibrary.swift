internal import COpenBLAS

/// The library that multiplies matrices, and the processor that it takes this one for (`OpenBLAS 0.3.21, SkylakeX`).
package var blasLibrary: String {
    let words = openblas_get_config().map { String(cString: $0) }?.split(separator: " ") ?? []
    let core = openblas_get_corename().map { String(cString: $0) }
    return ([words.prefix(2).joined(separator: " ")] + [core].compactMap(\.self)).joined(separator: ", ")
}
