/// An attribute as a header describes it, looked at before libhdf5 1.10 takes it apart: if that does not get to the end
/// of one attribute, it frees what it never made of the others.
///
/// Source: HDF5 file format specification 3.0, section IV.A.2.m.
struct HDF5AttributeMessage {
    let name: String
    private static let newestVersion = 3

    /// Looks at an attribute. Throws `HDF5MessageDamage` if it cannot be as it says.
    init(_ bytes: UnsafeRawBufferPointer, in file: HDF5RawFile) throws {
        var part = "an attribute"
        do {
            var reader = HDF5MessageReader(bytes, "a part")
            let (version, flags) = (try reader.small(1), try reader.next(1))
            guard (1...Self.newestVersion).contains(version) else {
                throw HDF5MessageDamage("a description", version: version)
            }
            let sizes = (name: try reader.small(2), type: try reader.small(2), shape: try reader.small(2))
            if version == 3 { try reader.skip(1) }
            let isPadded = version == 1
            name = try reader.part(sizes.name, isPadded: isPadded, "a name").wholeText()
            part = "attribute \"\(name)\""
            guard isPadded || flags <= 3 else { throw HDF5MessageDamage("has flags without meaning") }
            let (isTypeShared, isShapeShared) = (!isPadded && flags & 1 != 0, !isPadded && flags & 2 != 0)
            var type = try reader.part(sizes.type, isPadded: isPadded, "a type")
            var shape = try reader.part(sizes.shape, isPadded: isPadded, "a shape")
            let size =
                isTypeShared
                ? try HDF5SharedMessage.typeSize(&type, in: file)
                : try HDF5DatatypeMessage(&type, addressSize: file.addressSize).byteCount
            // What lies elsewhere, in a heap, is under a checksum of the library's.
            guard !isShapeShared, let size else { return }
            let count = try HDF5DataspaceMessage.count(&shape, lengthSize: file.lengthSize)
            let (total, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
            guard !overflow, total <= UInt64(reader.left) else {
                throw HDF5MessageDamage(
                    "claims \(count) times \(size) bytes, but has room for \(reader.left) bytes")
            }
        } catch var damage as HDF5MessageDamage {
            damage.part = part
            throw damage
        }
    }
}

/// What a header holds in place of a message that is elsewhere.
///
/// Source: HDF5 file format specification 3.0, section IV.A.2 ("Shared Message").
enum HDF5SharedMessage {
    /// How many bytes an element of a type has that lies elsewhere; nil if it lies in a heap under a checksum.
    ///
    /// Throws `HDF5MessageDamage` if the type is not there, or cannot be as it says.
    static func typeSize(_ reader: inout HDF5MessageReader, in file: HDF5RawFile) throws -> Int? {
        let (version, kind) = (try reader.small(1), try reader.small(1))
        guard (1...3).contains(version) else { throw HDF5MessageDamage("a shared type", version: version) }
        if version == 3, kind == 1 { return nil }
        if version == 1 { try reader.skip(6) }
        let address = try reader.next(file.addressSize)
        guard let bytes = try HDF5ObjectHeader(at: address, in: file, "the type at address \(address)").type
        else {
            throw HDF5MessageDamage("has a type at address \(address), where none is")
        }
        return try bytes.withUnsafeBytes {
            var reader = HDF5MessageReader($0, "a type")
            return try HDF5DatatypeMessage(&reader, addressSize: file.addressSize).byteCount
        }
    }
}
