extension HDF5ObjectHeader {
    /// Looks at the type, the shape and the attributes of an object, before libhdf5 takes them apart.
    ///
    /// - Parameter isReadingAll: whether all attributes are to be read. Otherwise those that a newer HDF5 may have
    ///   written are passed over, as other parts that it has: the library itself refuses them.
    ///
    /// Returns the names of the attributes, or nil if some do not lie in the header. Throws `FormatError` with the part
    /// that is damaged.
    @discardableResult
    func check(isReadingAll: Bool = false) throws -> [String]? {
        var names: [String]? = []
        for message in messages {
            do {
                try message.bytes.withUnsafeBytes { try check(message, $0, &names) }
            } catch let damage as HDF5MessageDamage {
                let part = damage.part.map { "\($0) of \(what)" } ?? what
                guard !damage.isNewer else {
                    guard isReadingAll, message.kind == Self.attribute else { continue }
                    throw FormatError(file.url, "\(part) \(damage.words)")
                }
                throw FormatError(file.url, "is damaged: \(part) \(damage.words)")
            }
        }
        return names
    }

    private func check(
        _ message: Message, _ bytes: UnsafeRawBufferPointer, _ names: inout [String]?
    ) throws {
        switch message.kind {
        case Self.type:
            var reader = HDF5MessageReader(bytes, "a type")
            _ =
                message.isShared
                ? try HDF5SharedMessage.typeSize(&reader, in: file)
                : try HDF5DatatypeMessage(&reader, addressSize: file.addressSize).byteCount
        case Self.shape where !message.isShared:
            var reader = HDF5MessageReader(bytes, "a shape")
            _ = try HDF5DataspaceMessage.count(&reader, lengthSize: file.lengthSize)
        case Self.attribute:
            // One that lies in a heap under a checksum of the library's has no name here.
            guard !message.isShared else {
                guard bytes.starts(with: [3, 1]) else {
                    throw HDF5MessageDamage("has an attribute that lies elsewhere, where none can be")
                }
                names = nil
                break
            }
            names?.append(try HDF5AttributeMessage(bytes, in: file).name)
        case Self.attributes:
            guard let dense = try HDF5DenseAttributes(bytes, in: file) else { break }
            try dense.check()
            names = nil
        default: break
        }
    }
}
