internal import CHDF5
internal import CHDF5Support
import Foundation

/// Where the elements of a type refer to heaps, as they lie in the file.
struct HDF5Pointers {
    /// How many bytes an element has in the file.
    let byteCount: Int
    let parts: [Part]

    struct Part {
        let offset: Int
        let content: Content
    }

    indirect enum Content {
        /// A count, and a reference to that many elements.
        case sequence(HDF5Pointers)
        case array(count: Int, HDF5Pointers)
    }

    private static let depthLimit = 16

    /// The pointers of a type of an object; throws `FormatError` if it is nested too deep or too large.
    ///
    /// In memory, as the library shows a file's type, texts, lists and references have other sizes than in the file.
    init(_ type: hid_t, _ heap: HDF5Heap, depth: Int = 0) throws {
        guard depth < Self.depthLimit else { throw Self.tooLarge(heap) }
        let sequenceSize = 4 + heap.referenceSize
        switch H5Tget_class(type) {
        case H5T_STRING where H5Tis_variable_str(type) > 0:
            self.init(sequenceSize, [Part(offset: 0, content: .sequence(HDF5Pointers(1, [])))])
        case H5T_VLEN:
            let base = try Self.base(of: type, heap)
            let pointers = try HDF5Pointers(base.id, heap, depth: depth + 1)
            self.init(sequenceSize, [Part(offset: 0, content: .sequence(pointers))])
        case H5T_ARRAY:
            let base = try Self.base(of: type, heap)
            let pointers = try HDF5Pointers(base.id, heap, depth: depth + 1)
            let count = H5Tget_size(type) / max(1, H5Tget_size(base.id))
            let (size, overflow) = count.multipliedReportingOverflow(by: pointers.byteCount)
            guard !overflow else { throw Self.tooLarge(heap) }
            self.init(
                size, pointers.parts.isEmpty ? [] : [Part(offset: 0, content: .array(count: count, pointers))]
            )
        case H5T_REFERENCE:
            let isRegion = H5Tget_size(type) != MemoryLayout<hobj_ref_t>.size
            self.init(isRegion ? heap.referenceSize : heap.file.addressSize, [])
        case H5T_COMPOUND:
            let (members, size) = try Self.members(of: type, heap, depth)
            self.init(
                size,
                members.flatMap { member in
                    member.pointers.parts.map {
                        Part(offset: member.offset + $0.offset, content: $0.content)
                    }
                })
        default: self.init(H5Tget_size(type), [])
        }
    }

    private init(_ byteCount: Int, _ parts: [Part]) { (self.byteCount, self.parts) = (byteCount, parts) }

    private static func tooLarge(_ heap: HDF5Heap) -> FormatError {
        FormatError(heap.file.url, "has a type that is nested too deep, or too large")
    }

    private static func base(of type: hid_t, _ heap: HDF5Heap) throws -> HDF5Handle {
        try HDF5Handle.type(H5Tget_super(type), heap.file.url, "reading a type")
    }

    private struct Member {
        let type: HDF5Handle
        let index: UInt32
        let offset: Int
        let pointers: HDF5Pointers
    }

    /// The members of a compound where they lie in the file, and its size there.
    private static func members(
        of type: hid_t, _ heap: HDF5Heap, _ depth: Int
    ) throws -> (members: [Member], size: Int) {
        let order = (0..<UInt32(max(0, H5Tget_nmembers(type)))).sorted {
            H5Tget_member_offset(type, $0) < H5Tget_member_offset(type, $1)
        }
        var shift = 0
        let members = try order.map { index in
            let member = try HDF5Handle.type(
                H5Tget_member_type(type, index), heap.file.url, "reading a type")
            let pointers = try HDF5Pointers(member.id, heap, depth: depth + 1)
            defer { shift += pointers.byteCount - H5Tget_size(member.id) }
            return Member(
                type: member, index: index, offset: H5Tget_member_offset(type, index) + shift,
                pointers: pointers)
        }
        return (members, H5Tget_size(type) + shift)
    }

    /// A type in memory as which the library reads the references of elements as they are, and nothing else of them.
    static func references(of type: hid_t, _ heap: HDF5Heap, depth: Int = 0) throws -> HDF5Handle {
        let action = "reading the references of a type"
        switch H5Tget_class(type) {
        case H5T_ARRAY:
            var extents = [hsize_t](repeating: 0, count: 32)
            let rank = H5Tget_array_dims2(type, &extents)
            guard rank > 0, depth < depthLimit else { throw tooLarge(heap) }
            let part = try references(of: base(of: type, heap).id, heap, depth: depth + 1)
            return try HDF5Handle.type(
                H5Tarray_create2(part.id, UInt32(rank), &extents), heap.file.url, action)
        case H5T_COMPOUND:
            let (members, size) = try members(of: type, heap, depth)
            let compound = try HDF5Handle.type(H5Tcreate(H5T_COMPOUND, size), heap.file.url, action)
            for member in members where !member.pointers.parts.isEmpty {
                guard let name = H5Tget_member_name(type, member.index) else { throw tooLarge(heap) }
                defer { H5free_memory(name) }
                let part = try references(of: member.type.id, heap, depth: depth + 1)
                guard H5Tinsert(compound.id, name, member.offset, part.id) >= 0 else {
                    throw FormatError(heap.file.url, "\(action) failed: \(HDF5Library.lastError())")
                }
            }
            return compound
        default:
            return try HDF5Handle.type(
                gyrus_h5_reference_type(4 + heap.referenceSize), heap.file.url, action)
        }
    }

    /// Throws `FormatError` if one of `count` elements refers to what is not in the file, or of another length.
    func check(
        _ bytes: UnsafeRawBufferPointer, count: Int, _ heap: HDF5Heap, _ what: (Int) -> String
    ) throws {
        for index in 0..<count {
            for part in parts {
                try Self.check(part.content, bytes, index * byteCount + part.offset, heap) { what(index) }
            }
        }
    }

    private static func check(
        _ content: Content, _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ heap: HDF5Heap,
        _ what: () -> String
    ) throws {
        switch content {
        case .array(let count, let pointers):
            for index in 0..<count {
                for part in pointers.parts {
                    try check(
                        part.content, bytes, offset + index * pointers.byteCount + part.offset, heap, what)
                }
            }
        case .sequence(let pointers):
            guard let object = try object(bytes, offset, of: pointers.byteCount, heap, what),
                !pointers.parts.isEmpty, object.count > 0
            else { return }
            // A copy, as what is read next takes its place.
            let inner = Array(try heap.bytes(of: object))
            try inner.withUnsafeBytes {
                try pointers.check($0, count: object.count / pointers.byteCount, heap) { _ in what() }
            }
        }
    }

    /// The object in which the elements of a sequence lie, each of `size` bytes; nil if there is none.
    ///
    /// Throws `FormatError` if it is not in the file, or of another length.
    static func object(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, of size: Int, _ heap: HDF5Heap, _ what: () -> String
    ) throws -> HDF5Heap.Object? {
        let address = bytes.number(at: offset + 4, heap.file.addressSize)
        // No address is an element that was never written, or has nothing in it.
        guard address != 0 else { return nil }
        let length = Int(bytes.number(at: offset, 4))
        let number = Int(bytes.number(at: offset + 4 + heap.file.addressSize, 4))
        let object = try heap.object(address, number, what)
        let (count, overflow) = length.multipliedReportingOverflow(by: size)
        guard !overflow, count == object.count else {
            throw FormatError(
                heap.file.url,
                "is damaged: \(what()) claims \(length) times \(size) bytes, but its heap has \(object.count)"
            )
        }
        return object
    }
}
