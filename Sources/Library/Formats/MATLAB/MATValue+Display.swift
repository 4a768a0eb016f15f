import Display

extension MATValue: Displayable, CustomStringConvertible {
    /// The tree: each field and cell with its class, shape and, where it is short, its value.
    public var mimeBundle: MIMEBundle {
        var outline = Outline()
        add(to: &outline, name: place.path, depth: 0)
        return outline.bundle("MATLAB \(className), \(place.url.lastPathComponent)")
    }

    /// The class and the shape, in words.
    var summary: String {
        let sparse = isSparse ? "sparse " : ""
        return "\(sparse)\(isComplex ? "complex " : "")\(className) \(extents(shape))"
    }

    func add(to outline: inout Outline, name: String, depth: Int) {
        guard outline.hasRoom else { return }
        let kind = (isSparse ? "sparse " : "") + (isComplex ? "complex " : "") + className
        outline.add(depth, name, kind, shape: extents(shape), note: note)
        guard depth < Outline.depth else { return }
        switch content {
        case .cells(let cells):
            for (index, cell) in cells.prefix(Outline.breadth).enumerated() {
                cell.add(to: &outline, name: "[\(index)]", depth: depth + 1)
            }
            outline.addMore(depth + 1, cells.count - Outline.breadth)
        case .structs(let fields, let values):
            // Of an array of structs the first element stands for all.
            for (field, value) in zip(fields, values) {
                value.add(to: &outline, name: field, depth: depth + 1)
            }
            if count > 1 { outline.add(depth + 1, "… and \(Number.counted(count - 1, "more struct"))", "") }
        default: break
        }
    }

    private var note: String {
        switch content {
        case .unreadable(let reason): return reason
        case .text where count > 0:
            return string.map(Outline.short) ?? (try? strings()).map { Outline.short($0[0]) + " …" } ?? ""
        case .sparse(let sparse): return "\(Number.counted(sparse.values.count, "number")) stored"
        case .numbers(.memory, imaginary: nil) where count > 0 && count <= 4:
            return (try? tensor(as: Double.self).elements.map { Number.short($0) }.joined(separator: ", "))
                ?? ""
        default: return ""
        }
    }
}

extension MATFile: Displayable, CustomStringConvertible {
    /// The variables with their classes and shapes.
    public var mimeBundle: MIMEBundle {
        var outline = Outline()
        for variable in variables {
            outline.add(
                0, variable.name, variable.className, shape: variable.shape.map(extents) ?? "",
                note: "")
        }
        return outline.bundle("MATLAB file \(url.lastPathComponent), version \(version)")
    }
}
