internal import CHDF5
import Foundation
import Tensors

extension MAT73Reader {
    mutating func dataset(
        _ handle: HDF5Handle, _ className: String?, _ place: MATPlace, _ depth: Int
    ) throws -> MATValue {
        let mark = try MATLABMark(of: handle, place.url, place.what)
        if let empty = mark.emptyShape {
            let fields = try className == "struct" ? orderOfFields(handle, place) ?? [] : []
            return try self.empty(className, empty.reversed(), fields, place)
        }
        if H5Aexists(handle.id, "MATLAB_object_decode") > 0, className != "function_handle" {
            return unreadable(
                className ?? "object",
                "it is an object of MATLAB's class \(className ?? "?"), whose contents MATLAB keeps to itself; save struct(value), or its properties one by one",
                place)
        }
        if let references = try references(handle, place) {
            let cells = try references.pointers.enumerated().map { index, reference in
                try value(at: reference, place.cell(index), depth)
            }
            return MATValue(
                className: className ?? "cell", shape: references.shape, content: .cells(cells), place: place)
        }
        let dataset = try HDF5Dataset(file, place.path, opened: handle)
        let shape = matlabShape(dataset.shape.reversed())
        switch className {
        case "function_handle":
            return unreadable("function_handle", "it is a function handle, which only MATLAB can call", place)
        case "char":
            let codes = try dataset.integers()
            guard codes.allSatisfy({ (0...0xffff).contains($0) }) else {
                throw place.error("is text with a character that is none of UTF-16")
            }
            return MATValue(
                className: "char", shape: shape, content: .text(codes.map { UInt16($0) }), place: place)
        default: break
        }
        if dataset.isText {
            // Other programs write text as HDF5 has it.
            let cells = try dataset.strings().enumerated().map { index, text in
                MATValue(
                    className: "char", shape: [1, text.utf16.count], content: .text(Array(text.utf16)),
                    place: place.cell(index))
            }
            guard cells.count == 1, dataset.shape.isEmpty else {
                return MATValue(className: "cell", shape: shape, content: .cells(cells), place: place)
            }
            return MATValue(
                className: "char", shape: cells[0].shape, content: cells[0].content, place: place)
        }
        if let type = dataset.type {
            return MATValue(
                className: className ?? Self.classNames[type] ?? type.rawValue, shape: shape,
                content: .numbers(try numbers(of: dataset, type, place), imaginary: nil), place: place)
        }
        guard case .record(let members)? = dataset.structure,
            members.map(\.name).sorted() == ["imag", "real"]
        else {
            return unreadable(
                className ?? "array", dataset.problem ?? "its elements are \(dataset.kind)", place)
        }
        let complex = try complexParts(of: dataset, place)
        return MATValue(
            className: className ?? "double", shape: shape,
            content: .numbers(.memory(complex.real), imaginary: .memory(complex.imaginary)), place: place)
    }

    private static let classNames: [NumberType: String] = [
        .float64: "double", .float32: "single", .float16: "single", .bool: "logical",
    ]

    /// Numbers that are read at once if they are few, and when they are asked for otherwise.
    private func numbers(of dataset: HDF5Dataset, _ type: NumberType, _ place: MATPlace) throws -> MATNumbers
    {
        let few = 1 << 13
        guard let count = byteCount(of: dataset.shape, .uint8), count <= few, dataset.problem == nil else {
            return .dataset(dataset)
        }
        let stored = type == .float16 ? .float32 : type
        let bytes = try Bytes(count: count * stored.byteCount) { target in
            guard let base = target.baseAddress, count > 0 else { return 0 }
            try dataset.transfer(dataset.shape.map { 0..<$0 }, stored, base, writing: false)
            return target.count
        }
        return .memory(
            StoredNumbers(
                bytes: bytes, type: stored, shape: matlabShape(dataset.shape.reversed()), isFortran: true,
                url: place.url, what: place.what))
    }

    func complexParts(
        of dataset: HDF5Dataset, _ place: MATPlace
    ) throws -> (real: StoredNumbers, imaginary: StoredNumbers) {
        let records = try dataset.records()
        func part(_ name: String) throws -> StoredNumbers {
            guard case .numbers(let numbers) = try records[name].content else {
                throw place.error("is complex, but its \(name) part is no number")
            }
            return StoredNumbers(
                bytes: numbers.bytes, type: numbers.type, shape: matlabShape(dataset.shape.reversed()),
                isFortran: true, url: place.url, what: place.what)
        }
        return (try part("real"), try part("imag"))
    }

    /// An empty array; of structs with the names of their fields.
    func empty(
        _ className: String?, _ shape: [Int], _ fields: [String], _ place: MATPlace
    ) throws -> MATValue {
        let shape = matlabShape(shape)
        let content: MATValue.Content
        switch className {
        case "char": content = .text([])
        case "cell": content = .cells([])
        case "struct": content = .structs(fields: fields, values: [])
        case "function_handle": content = .unreadable("it is an empty function handle")
        default:
            content = .numbers(
                .memory(
                    StoredNumbers(
                        bytes: Bytes(copying: []), type: .float64, shape: shape, isFortran: true,
                        url: place.url,
                        what: place.what)), imaginary: nil)
        }
        return MATValue(
            className: className == "canonical empty" ? "double" : className ?? "double", shape: shape,
            content: content, place: place)
    }

    private func unreadable(_ className: String, _ reason: String, _ place: MATPlace) -> MATValue {
        MATValue(className: className, shape: [1, 1], content: .unreadable(reason), place: place)
    }
}
