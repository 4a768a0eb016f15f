import Display
import Foundation

extension NIfTI: Displayable, CustomStringConvertible {
    /// The image's grid, voxel size, times and place in the world.
    public var mimeBundle: MIMEBundle {
        var rows: [(String, String)] = [
            ("grid", extents(Array(shape.prefix(3)))),
            ("voxel size", voxelSizes.map { Number.short($0) }.joined(separator: " x ") + " mm"),
        ]
        if shape.count > 3 { rows.append(("volumes", extents(Array(shape.dropFirst(3))))) }
        if let repetitionTime { rows.append(("repetition time", "\(Number.short(repetitionTime)) s")) }
        rows.append(
            (
                "voxel (0, 0, 0)",
                "at " + (0..<3).map { Number.short(affine[$0, 3]) }.joined(separator: ", ") + " mm"
            ))
        return card("NIfTI image \(url.lastPathComponent)", rows)
    }
}

extension HDF5Dataset: CustomStringConvertible {
    /// The path, the extents and what is held.
    public var description: String {
        "\(path): \(shape.isEmpty ? "one value" : extents(shape)), \(kind)"
            + (problem.map { " (cannot be read: \($0))" } ?? "")
    }
}

extension HDF5File: Displayable, CustomStringConvertible {
    /// The datasets with their extents and types.
    public var mimeBundle: MIMEBundle {
        let title = "HDF5 file \(url.lastPathComponent)"
        do {
            return try table(title, datasets()).mimeBundle
        } catch {
            return .plain("\(title), whose datasets cannot be listed: \(error)")
        }
    }
}

extension Array: Displayable where Element == HDF5Dataset {
    /// A row for each dataset.
    public var mimeBundle: MIMEBundle { table(Number.counted(count, "dataset"), self).mimeBundle }
}

private func table(_ title: String, _ datasets: [HDF5Dataset]) -> Table {
    var table = Table(
        title,
        [
            .text("dataset", datasets.map(\.path)), .text("shape", datasets.map { extents($0.shape) }),
            .text("type", datasets.map { $0.problem.map { "cannot be read: \($0)" } ?? $0.kind }),
        ])
    table.rowLimit = 50
    return table
}

extension HDF5Attribute: CustomStringConvertible {
    /// The value, as JSON writes it.
    public var description: String {
        Mirror(reflecting: self).children.first.map { "\($0.value)" } ?? ""
    }
}

extension NumPyArray: CustomStringConvertible {
    /// The extents and the type.
    public var description: String { "NumPy array: \(extents(shape)), \(elementKind)" }
}

extension NumPyArchive: CustomStringConvertible {
    /// The arrays by name.
    public var description: String {
        "NumPy archive of \(Number.counted(names.count, "array")): \(listed(names))"
    }
}

extension Safetensors: Displayable, CustomStringConvertible {
    /// The tensors with their shapes and types.
    public var mimeBundle: MIMEBundle {
        tensors(url, names, entries.mapValues { ($0.shape, $0.type.rawValue) }, unread)
    }
}

extension Safetensors.Entry: CustomStringConvertible {
    /// The extents and the type.
    public var description: String { "\(extents(shape)), \(type.rawValue)" }
}

extension PyTorchFile: Displayable, CustomStringConvertible {
    /// The tensors with their shapes and types.
    public var mimeBundle: MIMEBundle {
        tensors(url, names, entries.mapValues { ($0.shape, $0.type.rawValue) }, unread)
    }
}

extension PyTorchFile.Entry: CustomStringConvertible {
    /// The extents and the type.
    public var description: String { "\(extents(shape)), \(type.rawValue)" }
}

extension RGBImage: CustomStringConvertible {}

extension PixelBox: CustomStringConvertible {
    /// Size and place in pixels.
    public var description: String { "\(width) x \(height) pixels from (\(left), \(top))" }
}

private func tensors(
    _ url: URL, _ names: [String], _ entries: [String: (shape: [Int], type: String)],
    _ unread: [String: UnreadTensor]
) -> MIMEBundle {
    let shown: [(shape: [Int], type: String)?] = names.map { name in
        entries[name] ?? unread[name].map { ($0.shape, $0.type) }
    }
    var table = Table(
        "\(url.lastPathComponent): \(Number.counted(names.count, "tensor"))",
        [
            .text("tensor", names),
            .text("shape", shown.map { extents($0?.shape ?? []) }),
            .text("type", shown.map { $0?.type ?? "" }),
        ])
    table.rowLimit = 20
    return table.mimeBundle
}
