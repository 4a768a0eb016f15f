import Formats
import Foundation
import Tensors
import Testing

/// Real files, if they are there.
@Suite("MATLAB files of other projects")
struct RealMATLABTests {
    indirect enum Node: Decodable {
        struct Sum: Decodable {
            let shape: [Int]
            let sum: Double
            let others: Int
        }
        case number(Sum, imaginary: Sum?)
        case text([String])
        case cells([Node], shape: [Int])
        case list([Node])
        case structs([String], [[Node]])
        case unreadable
        case empty

        enum Key: String, CodingKey {
            case number, imaginary, text, cells, shape, list, fields, items, unreadable, empty
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Key.self)
            if let sum = try values.decodeIfPresent(Sum.self, forKey: .number) {
                self = .number(sum, imaginary: try values.decodeIfPresent(Sum.self, forKey: .imaginary))
            } else if let text = try values.decodeIfPresent([String].self, forKey: .text) {
                self = .text(text)
            } else if let cells = try values.decodeIfPresent([Node].self, forKey: .cells) {
                self = .cells(cells, shape: try values.decode([Int].self, forKey: .shape))
            } else if let list = try values.decodeIfPresent([Node].self, forKey: .list) {
                self = .list(list)
            } else if let fields = try values.decodeIfPresent([String].self, forKey: .fields) {
                self = .structs(fields, try values.decode([[Node]].self, forKey: .items))
            } else {
                self = values.contains(.empty) ? .empty : .unreadable
            }
        }
    }

    private struct Expected: Decodable {
        let squeezed: Bool?
        let tree: [String: Node]
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/data/real-files").standardizedFileURL
    private static let isThere = FileManager.default.fileExists(atPath: folder.path)

    @Test(
        "every element is scipy's or mat73's, and what is broken is refused by a sentence",
        .enabled(if: isThere, "the real files are not beside this repository (shared/data/real-files)"))
    func trees() throws {
        let data = try Data(contentsOf: fixture("matlab/expected.json"))
        let all = try JSONDecoder().decode([String: Expected?].self, from: data)
        var compared = 0
        for (name, expected) in all {
            let url = Self.folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            guard let expected else {
                let error = #expect(throws: FormatError.self, "\(name)") {
                    let file = try MATFile.open(url)
                    for variable in file.names { _ = try file[variable] }
                }
                #expect((error?.problem.count ?? 0) > 20, "\(name)")
                continue
            }
            let file = try MATFile.open(url)
            for (variable, node) in expected.tree {
                try compare(
                    try file[variable], node, squeezed: expected.squeezed == true, "\(name) \(variable)")
            }
            compared += 1
        }
        #expect(compared > 60)
    }

    private func compare(_ value: MATValue, _ node: Node, squeezed: Bool, _ what: String) throws {
        switch node {
        case .number(let sum, let imaginary):
            if value.className == "char" { return }
            check(try value.realPart.tensor(as: Double.self), sum, squeezed, what)
            if let imaginary {
                check(try value.imaginaryPart.tensor(as: Double.self), imaginary, squeezed, what)
            }
        case .text(let texts):
            if squeezed, value.shape.count != 2 || value.shape[0] > 1 { return }
            let found = value.count == 0 ? [String](repeating: "", count: texts.count) : try value.strings()
            #expect(found.map(trimmed) == texts.map(trimmed), "\(what)")
        case .cells(let cells, let shape):
            #expect(value.shape == shape, "\(what)")
            #expect(value.elements.count == cells.count, "\(what)")
            for (index, cell) in cells.enumerated() {
                try compare(try value[index], cell, squeezed: squeezed, "\(what){\(index)}")
            }
        case .list(let list):
            // mat73 gives lists of rows, each a list of its cells, and of arrays of structs a list for each field.
            // It puts the fields of structs in an array into lists of one.
            if list.count == 1, value.elements.isEmpty {
                return try compare(value, list[0], squeezed: true, what)
            }
            if case .list? = list.first, value.shape[0] > 1, value.shape[1] > 1 {
                for (row, node) in list.enumerated() {
                    guard case .list(let cells) = node else { continue }
                    for (column, cell) in cells.enumerated() {
                        try compare(try value[row, column], cell, squeezed: true, "\(what){\(row),\(column)}")
                    }
                }
                return
            }
            for (index, cell) in list.enumerated() {
                try compare(try value[index], cell, squeezed: true, "\(what){\(index)}")
            }
        case .structs(let fields, let items):
            #expect(Set(value.fieldNames) == Set(fields), "\(what)")
            for (index, item) in items.enumerated() where !fields.isEmpty {
                for (field, node) in zip(fields, item) {
                    if case .list(let list) = node, value.count > 1, squeezed {
                        for (index, cell) in list.enumerated() {
                            try compare(
                                try value[index][field], cell, squeezed: true, "\(what)(\(index)).\(field)")
                        }
                        continue
                    }
                    let own = try squeezed ? value[field] : value[index][field]
                    try compare(own, node, squeezed: squeezed, "\(what)(\(index)).\(field)")
                }
            }
        case .unreadable: #expect(throws: FormatError.self, "\(what)") { try value.tensor() }
        case .empty:
            // mat73 gives None of an object too, whose contents nobody but MATLAB reads.
            if value.count == 0 { return }
            let error = #expect(throws: FormatError.self, "\(what)") { try value.tensor() }
            #expect(throws: FormatError.self, "\(what)") { try value.strings() }
            #expect(value.elements.isEmpty && value.fieldNames.isEmpty, "\(what)")
            #expect(
                error?.description.contains("only MATLAB") == true
                    || error?.description.contains("object of MATLAB") == true,
                "\(what): \(error?.problem ?? "")")
        }
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while let last = text.last, last == " " || last == "\0" { text.removeLast() }
        return text
    }

    private func check(_ tensor: Tensor<Double>, _ expected: Node.Sum, _ squeezed: Bool, _ what: String) {
        let shape = squeezed ? tensor.shape.filter { $0 != 1 } : tensor.shape
        #expect(shape == (squeezed ? expected.shape.filter { $0 != 1 } : expected.shape), "\(what)")
        var (sum, size, others) = (0.0, 0.0, 0)
        for (index, value) in tensor.elements.enumerated() {
            guard value.isFinite else {
                others += 1
                continue
            }
            sum += value * Double(index % 97 + 1)
            size += abs(value * Double(index % 97 + 1))
        }
        #expect(others == expected.others, "\(what)")
        #expect(abs(sum - expected.sum) <= 1e-12 * max(size, 1), "\(what): \(sum), not \(expected.sum)")
    }
}
