import Formats
import Foundation
import Tensors
import Testing

@Suite struct PyTorchTests {
    @Test(
        arguments: NumberType.allCases.filter { !$0.rawValue.hasPrefix("uint") || $0 == .uint8 },
        ["zip.pt", "legacy.pt", "legacy3.pt", "legacy4.pt", "legacy5.pt"])
    func everyTypeIsRead(_ type: NumberType, _ file: String) throws {
        let checkpoint = try PyTorchFile.open(fixture(file))
        let entry = try #require(checkpoint.entries["module.\(type.rawValue)"])
        #expect(entry.type == type)
        #expect(entry.shape == [2, 3])
        #expect(
            try checkpoint.tensor("module.\(type.rawValue)").elements.map(Double.init) == counting(type, 6))
    }

    @Test(arguments: ["zip.pt", "legacy.pt", "legacy3.pt", "legacy4.pt", "legacy5.pt"])
    func viewsParametersAndNestedContainersAreRead(_ file: String) throws {
        let checkpoint = try PyTorchFile.open(fixture(file))
        #expect(try checkpoint.tensor("views.transposed").elements == [-3, -1.5, -2.5, -1, -2, -0.5])
        #expect(try checkpoint.tensor("views.row").elements == [-1.5, -1, -0.5])
        #expect(try checkpoint.tensor("views.expanded").elements == [7, 7, 7, 7])
        #expect(try checkpoint.tensor("views.scalar").shape == [])
        #expect(try checkpoint.tensor("views.empty").shape == [0, 4])
        #expect(try checkpoint.tensor("parameter").elements == [1, 1])
        #expect(try checkpoint.tensor("list.1.0").elements == [5])
        #expect(try checkpoint.integers("views.integers") == [0, 2, 1, 3])
        #expect(!checkpoint.names.contains { $0.hasPrefix("step") })
        #expect(throws: FormatError.self) { try checkpoint.tensor("none") }
    }

    @Test func aTensorAloneIsRead() throws {
        #expect(try PyTorchFile.open(fixture("alone.pt")).tensor("tensor").elements == [1, 1, 1])
    }

    @Test func tensorsUnderOtherKeysThanTextAreThere() throws {
        let checkpoint = try PyTorchFile.open(fixture("keys.pt"))
        let names = ["(sub-01, 1)", "2.5", "None", "True", "7", "a"]
        #expect(checkpoint.names == names.sorted())
        for (index, name) in names.enumerated() {
            #expect(try checkpoint.tensor(name).elements == [Float(index)])
        }
    }

    @Test(arguments: ["kinds.pt", "kinds_legacy.pt"])
    func tensorsOfTypesThatAreNotReadLeaveTheOthersReadable(_ file: String) throws {
        let checkpoint = try PyTorchFile.open(fixture(file))
        #expect(
            checkpoint.names == [
                "channels", "complex", "float8", "numpy.#0", "numpy.text", "plain", "quantized", "uint16",
            ])
        #expect(try checkpoint.tensor("plain").elements == [0, 1, 2, 3, 4, 5])
        #expect(try checkpoint.integers("uint16") == [0, 1, 2, 3, 4, 5])
        #expect(try checkpoint.tensor("numpy.#0").elements == [1])
        #expect(try checkpoint.tensor("numpy.text").elements == [2])
        for (name, type) in [
            ("complex", "complex64"), ("float8", "float8_e4m3fn"), ("quantized", "qint8"),
            ("channels", "quint8"),
        ] {
            #expect(checkpoint.entries[name] == nil)
            let error = #expect(throws: FormatError.self) { try checkpoint.tensor(name) }
            #expect(error?.description.contains("\"\(name)\"") == true)
            #expect(error?.description.contains(type) == true, "\(error?.description ?? "")")
        }
    }

    @Test func aNameOfTwoTensorsIsRefused() {
        let error = #expect(throws: FormatError.self) { try PyTorchFile.open(fixture("twice.pt")) }
        #expect(
            error?.description.contains("two tensors of the name \"3\"") == true,
            "\(error?.description ?? "")")
    }

    @Test(arguments: ["layouts.pt", "layouts_legacy.pt"])
    func tensorsThatAreNoPlainNumbersLeaveTheOthersReadable(_ file: String) throws {
        let checkpoint = try PyTorchFile.open(fixture(file))
        #expect(checkpoint.names == ["conjugate", "marked", "meta", "negative", "nested", "plain", "sparse"])
        #expect(try checkpoint.tensor("plain").elements == [1, 2, 3])
        // One with attributes of Python is made by another function.
        #expect(try checkpoint.tensor("marked").elements == [4, 5])
        for (name, words) in [
            ("conjugate", "resolve_conj()"), ("negative", "resolve_neg()"), ("sparse", "torch.sparse_coo"),
            ("nested", "unbind()"), ("meta", "without numbers"),
        ] {
            #expect(checkpoint.entries[name] == nil)
            let error = #expect(throws: FormatError.self) { try checkpoint.tensor(name) }
            #expect(error?.description.contains("\"\(name)\"") == true)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: [("hostile.pt", "system"), ("hostile_legacy.pt", "system"), ("object.pt", "pathlib")])
    func whatIsNoTensorIsRefusedByName(_ file: String, _ name: String) {
        let error = #expect(throws: FormatError.self) { try PyTorchFile.open(fixture(file)) }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("was not called") == true)
    }

    /// A legacy file whose object is the given pickle.
    func legacy(_ pickle: [UInt8], _ body: (URL) throws -> Void) throws {
        let magic: [UInt8] = [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
        ]
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.pt")
            try Data(magic + [0x4b, 0, 0x2e, 0x7d, 0x2e] + pickle + [0x5d, 0x2e]).write(to: url)
            try body(url)
        }
    }

    @Test func endlessNestingEndsWithAnError() throws {
        // A list that holds itself: ]q\0h\0a.
        try legacy([0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]) { url in
            #expect(throws: FormatError.self) { try PyTorchFile.open(url) }
        }
        // A million lists one in the other must not overflow the stack.
        let depth = 1_000_000
        try legacy(
            [UInt8](repeating: 0x5d, count: depth) + [UInt8](repeating: 0x61, count: depth - 1) + [0x2e]
        ) { url in
            #expect(throws: FormatError.self) { try PyTorchFile.open(url) }
        }
        // Sixty lists that each hold the next twice would be 2^60 visits.
        var pickle: [UInt8] = [0x5d, 0x71, 0]
        for level in 1..<UInt8(60) {
            pickle += [0x5d, 0x71, level, 0x28, 0x68, level - 1, 0x68, level - 1, 0x65]
        }
        try legacy(pickle + [0x2e]) { url in #expect(throws: FormatError.self) { try PyTorchFile.open(url) } }
    }

    @Test func otherFilesAreRefused() {
        #expect(throws: FormatError.self) { try PyTorchFile.open(fixture("plain.npy")) }
        #expect(throws: FormatError.self) { try PyTorchFile.open(fixture("stored.npz")) }
    }

    @Test(arguments: ["zip.pt", "legacy.pt"])
    func damagedFilesNeverTrap(_ name: String) throws {
        try fuzz(fixture(name)) { url in
            let file = try PyTorchFile.open(url)
            for name in file.names {
                _ = try file.tensor(name).count
            }
        }
    }
}
