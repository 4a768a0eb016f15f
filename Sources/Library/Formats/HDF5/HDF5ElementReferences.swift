internal import CHDF5
import Foundation

/// Elements with texts and lists of any length as they lie in the file: references to heaps.
final class HDF5ElementReferences {
    private let heap: HDF5Heap
    private let pointers: HDF5Pointers
    private let buffer: UnsafeMutableRawBufferPointer
    private let count: Int
    private let isUTF8: Bool
    private let what: String

    /// Reads the references of elements.
    ///
    /// - Parameters:
    ///   - object: the dataset or attribute.
    ///   - type: its type as the library shows it, with texts or lists in it.
    ///   - count: how many elements `read` reads.
    ///   - what: the words for the object.
    ///   - read: reads the elements as a type in memory, and returns a negative number on failure.
    ///
    /// Throws `FormatError` if they cannot be read. The caller holds the library's lock.
    init(
        of object: HDF5Handle, type: HDF5Handle, count: Int, _ url: URL, _ what: String,
        read: (hid_t, UnsafeMutableRawPointer) -> herr_t
    ) throws {
        heap = HDF5Heap(try HDF5RawFile(of: object, url, windowBytes: count < 64 ? 1 << 13 : 1 << 16))
        pointers = try HDF5Pointers(type.id, heap)
        self.count = count
        isUTF8 = hdf5IsUTF8(type.id)
        self.what = what
        let memory = try HDF5Pointers.references(of: type.id, heap)
        _ = try hdf5Count([count], size: pointers.byteCount, url, what)
        buffer = .allocate(byteCount: max(1, count * pointers.byteCount), alignment: 16)
        // What the library does not write, as of elements that are not there, must not be followed.
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        guard H5Tget_size(memory.id) == pointers.byteCount, let base = buffer.baseAddress,
            count == 0 || read(memory.id, base) >= 0
        else {
            throw FormatError(url, "reading \(what) failed: \(HDF5Library.lastError())")
        }
    }

    deinit { buffer.deallocate() }

    private func name(_ index: Int) -> String { count == 1 ? what : "element \(index) of \(what)" }

    /// Throws `FormatError` if an element refers to what is not in the file, or is of another length.
    func check() throws {
        try pointers.check(UnsafeRawBufferPointer(buffer), count: count, heap) { name($0) }
    }

    /// The elements, which are texts. Throws `FormatError` as `check` does.
    func texts() throws -> [String] {
        let bytes = UnsafeRawBufferPointer(buffer)
        return try (0..<count).map { index in
            let offset = index * pointers.byteCount
            guard let object = try HDF5Pointers.object(bytes, offset, of: 1, heap, { name(index) }) else {
                return ""
            }
            let text = try heap.bytes(of: object)
            return hdf5Text(text.prefix { $0 != 0 }, isUTF8: isUTF8)
        }
    }
}

/// Checks that elements with texts and lists refer to what is in the file, before the library follows the references.
///
/// - Parameters:
///   - object: the dataset or attribute.
///   - type: its type as the library shows it.
///   - count: how many elements `read` reads.
///   - what: the words for the object.
///   - depth: how many virtual datasets are made of one another so far.
///   - read: reads the elements as a type in memory, and returns a negative number on failure.
///
/// Throws `FormatError` if an element is damaged. The caller holds the library's lock.
func hdf5CheckPointers(
    of object: HDF5Handle, type: HDF5Handle, count: Int, _ url: URL, _ what: String, depth: Int = 0,
    read: (hid_t, UnsafeMutableRawPointer) -> herr_t
) throws {
    guard count > 0, hdf5HasPointers(type.id) else { return }
    if let virtual = try HDF5Virtual(of: object, url) {
        return try virtual.checkPointers(object, url, what, depth: depth)
    }
    try HDF5ElementReferences(of: object, type: type, count: count, url, what, read: read).check()
}

/// Whether elements of a type have texts or lists of any length in them.
func hdf5HasPointers(_ type: hid_t, depth: Int = 0) -> Bool {
    func has(_ part: hid_t) -> Bool {
        guard part >= 0 else { return false }
        defer { H5Tclose(part) }
        return hdf5HasPointers(part, depth: depth + 1)
    }
    // What is nested deeper is refused when its pointers are looked for.
    guard depth < 32 else { return true }
    switch H5Tget_class(type) {
    case H5T_STRING: return H5Tis_variable_str(type) > 0
    case H5T_VLEN: return true
    case H5T_ARRAY: return has(H5Tget_super(type))
    case H5T_COMPOUND:
        return (0..<UInt32(max(0, H5Tget_nmembers(type)))).contains { has(H5Tget_member_type(type, $0)) }
    default: return false
    }
}
