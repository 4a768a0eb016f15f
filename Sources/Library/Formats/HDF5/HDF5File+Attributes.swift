internal import CHDF5
import Foundation

extension HDF5File {
    /// The attributes of the group or dataset at `path`; those that are neither numbers nor text are left out.
    ///
    /// Throws `FormatError` if there is no such object or an attribute cannot be read.
    public func attributes(of path: String = "/") throws -> [String: HDF5Attribute] {
        guard try exists(path) else { throw FormatError(url, "has no object \"\(path)\"") }
        return try HDF5Library.locked(url) {
            if !isNew { try HDF5Examination.pass(url, object: path) }
            let action = "opening \"\(path)\""
            let known = isNew ? nil : try HDF5Opening.check(path, in: handle, url, action, isReadingAll: true)
            let object = try HDF5Handle.object(H5Oopen(handle.id, path, 0), url, action)
            let names = try known ?? attributeNames(of: object, path)
            var attributes: [String: HDF5Attribute] = [:]
            for name in names { attributes[name] = try attribute(name, of: object, path) }
            return attributes
        }
    }

    /// Sets an attribute of the group or dataset at `path`; one element is written as a scalar.
    ///
    /// - Parameters:
    ///   - name: the name of the attribute.
    ///   - value: what it is set to.
    ///   - path: the group or dataset; `/` is the file itself.
    ///
    /// Throws `FormatError` if there is no such object, the name has a character zero, or the file cannot be written.
    public func setAttribute(_ name: String, to value: HDF5Attribute, of path: String = "/") throws {
        guard try exists(path) else { throw FormatError(url, "has no object \"\(path)\"") }
        try checkName(name, "name of an attribute")
        let what = "attribute \"\(name)\" of \"\(path)\""
        if case .strings(let texts) = value { try checkWhole(texts, what) }
        try HDF5Library.locked(url) {
            let object = try HDF5Opening.object(path, in: handle, url, "opening \"\(path)\"")
            guard H5Aexists(object.id, name) > 0 else {
                return try makeAttribute(name, value, of: object, what)
            }
            // The old value goes once the new one is there, which may be too large for an attribute.
            let new = "\(name) \(UUID().uuidString)"
            try makeAttribute(new, value, of: object, what)
            guard H5Adelete(object.id, name) >= 0, H5Arename(object.id, new, name) >= 0 else {
                throw FormatError(url, "writing \(what) failed: \(HDF5Library.lastError())")
            }
        }
    }

    /// Makes an attribute that is not there yet; if it cannot be written, there is none. The caller holds the lock.
    private func makeAttribute(
        _ name: String, _ value: HDF5Attribute, of object: HDF5Handle, _ what: String
    ) throws {
        let count =
            switch value {
            case .strings(let values): values.count
            case .integers(let values): values.count
            case .numbers(let values): values.count
            case .unsigned(let values): values.count
            }
        let extents = [hsize_t(count)]
        let space = try HDF5Handle.space(
            count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, extents, nil), url, "making \(what)")
        let type: HDF5Handle
        switch value {
        case .strings:
            type = try HDF5Handle.type(H5Tcopy(gyrus_h5_c_string()), url, "making \(what)")
            H5Tset_size(type.id, gyrus_h5_variable())
            H5Tset_cset(type.id, H5T_CSET_UTF8)
        case .integers: type = try HDF5Handle.type(H5Tcopy(gyrus_h5_int64()), url, "making \(what)")
        case .unsigned: type = try HDF5Handle.type(H5Tcopy(gyrus_h5_uint64()), url, "making \(what)")
        case .numbers: type = try HDF5Handle.type(H5Tcopy(gyrus_h5_double()), url, "making \(what)")
        }
        let attribute = try HDF5Handle.attribute(
            H5Acreate2(object.id, name, type.id, space.id, 0, 0), url, "making \(what)")
        var status: herr_t = 0
        switch value {
        case .strings(let values):
            let pointers = values.map { strdup($0) }
            defer { for pointer in pointers { free(pointer) } }
            status = pointers.withUnsafeBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
        case .integers(let values):
            status = values.withUnsafeBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
        case .unsigned(let values):
            status = values.withUnsafeBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
        case .numbers(let values):
            status = values.withUnsafeBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
        }
        guard count == 0 || status >= 0 else {
            let reason = HDF5Library.lastError()
            H5Adelete(object.id, name)
            throw FormatError(url, "writing \(what) failed: \(reason)")
        }
    }

    private func attributeNames(of object: HDF5Handle, _ path: String) throws -> [String] {
        var names: [String] = []
        let status = withUnsafeMutablePointer(to: &names) { names in
            var position: hsize_t = 0
            return H5Aiterate2(
                object.id, H5_INDEX_NAME, H5_ITER_INC, &position,
                { _, name, _, names in
                    guard let name, let names else { return -1 }
                    names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                    return 0
                }, names)
        }
        guard status >= 0 else {
            throw FormatError(
                url, "listing the attributes of \"\(path)\" failed: \(HDF5Library.lastError())")
        }
        return names
    }

    private func attribute(_ name: String, of object: HDF5Handle, _ path: String) throws -> HDF5Attribute? {
        let what = "attribute \"\(name)\" of \"\(path)\""
        let attribute = try HDF5Handle.attribute(H5Aopen(object.id, name, 0), url, "opening \(what)")
        let space = try HDF5Handle.space(H5Aget_space(attribute.id), url, "opening \(what)")
        let type = try HDF5Handle.type(H5Aget_type(attribute.id), url, "opening \(what)")
        // An attribute without value has a null space, of which no element may be read.
        guard H5Sget_simple_extent_type(space.id) != H5S_NULL else { return nil }
        let count = try hdf5Count(try hdf5Shape(space, url, what), size: 8, url, what)
        if H5Tget_class(type.id) == H5T_STRING {
            return .strings(
                try hdf5Strings(of: attribute, type: type, space: space, count: count, url, what) {
                    type, base in
                    H5Aread(attribute.id, type, base)
                })
        }
        func read<T>(_ values: inout [T], _ type: hid_t) throws {
            let status = values.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { bytes.isEmpty ? 0 : H5Aread(attribute.id, type, $0) } ?? 0
            }
            guard status >= 0 else {
                throw FormatError(url, "reading \(what) failed: \(HDF5Library.lastError())")
            }
        }
        // PyTables writes truth values as bit fields of a byte, from which the library converts to no number.
        if H5Tget_class(type.id) == H5T_BITFIELD, H5Tget_size(type.id) == 1 {
            var values = [UInt8](repeating: 0, count: count)
            try read(&values, type.id)
            return .integers(values.map { Int($0) })
        }
        switch NumberType(hdf5: type.id) {
        case nil: return nil
        case .float16, .bfloat16, .float32, .float64:
            var values = [Double](repeating: 0, count: count)
            try read(&values, gyrus_h5_double())
            return .numbers(values)
        case .uint64:
            var values = [UInt64](repeating: 0, count: count)
            try read(&values, gyrus_h5_uint64())
            let integers = values.compactMap { Int(exactly: $0) }
            return integers.count == count ? .integers(integers) : .unsigned(values)
        default:
            var values = [Int](repeating: 0, count: count)
            try read(&values, gyrus_h5_int64())
            return .integers(values)
        }
    }
}
