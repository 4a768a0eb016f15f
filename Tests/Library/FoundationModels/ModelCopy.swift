import Foundation

/// A copy of a fixture's folder in which files are changed, as users and libraries save models in other ways.
struct ModelCopy {
    let folder: URL

    /// Copies a folder of the fixtures into another one.
    init(_ fixture: String, in place: URL) throws {
        folder = place.appending(path: "copy-" + UUID().uuidString)
        try FileManager.default.copyItem(at: Fixtures.folder.appending(path: fixture), to: folder)
    }

    func url(_ file: String) -> URL { folder.appending(path: file) }

    func remove(_ files: String...) throws {
        for file in files { try FileManager.default.removeItem(at: url(file)) }
    }

    /// Writes an object of JSON.
    func write(_ object: Any, to file: String) throws {
        try FileManager.default.createDirectory(
            at: url(file).deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONSerialization.data(withJSONObject: object).write(to: url(file))
    }

    /// Changes fields of a JSON file, those of a section under its path (`model_cfg.vision_cfg`); NSNull removes none.
    func change(_ file: String, in section: String = "", _ changes: [String: Any]) throws {
        let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: url(file))) as! [String: Any]
        func changed(_ object: [String: Any], _ path: ArraySlice<Substring>) -> [String: Any] {
            guard let key = path.first.map(String.init) else { return object.merging(changes) { $1 } }
            var object = object
            object[key] = changed(object[key] as? [String: Any] ?? [:], path.dropFirst())
            return object
        }
        try write(changed(whole, section.split(separator: ".")[...]), to: file)
    }

    /// Renames the tensors of a safetensors file, whose numbers stay where they are; nil removes one.
    func renameTensors(_ file: String = "model.safetensors", _ name: (String) -> String?) throws {
        try changeHeader(file) { header in
            var result: [String: Any] = [:]
            for (key, value) in header { if let new = name(key) { result[new] = value } }
            return result
        }
    }

    /// Changes the header of a safetensors file.
    func changeHeader(_ file: String = "model.safetensors", _ body: ([String: Any]) -> [String: Any]) throws {
        let data = try Data(contentsOf: url(file))
        let length = Int(data.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        var header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as! [String: Any]
        let metadata = header.removeValue(forKey: "__metadata__")
        header = body(header)
        // The data of tensors that are left out go too: a file may have no holes.
        let old = data[(8 + length)...]
        var packed = Data()
        for (name, value) in header {
            guard var entry = value as? [String: Any], let places = entry["data_offsets"] as? [Int] else {
                continue
            }
            let start = packed.count
            packed += old[(old.startIndex + places[0])..<(old.startIndex + places[1])]
            entry["data_offsets"] = [start, packed.count]
            header[name] = entry
        }
        header["__metadata__"] = metadata
        var json = try JSONSerialization.data(withJSONObject: header)
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        let size = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
        try (size + json + packed).write(to: url(file))
    }
}
