import Formats
import Foundation
import Tensors
import Testing

@Suite struct SafetensorsTests {
    @Test(arguments: NumberType.allCases)
    func everyTypeIsRead(_ type: NumberType) throws {
        let file = try Safetensors.open(fixture("types.safetensors"))
        let entry = try #require(file.entries[type.rawValue])
        #expect(entry.type == type)
        #expect(entry.shape == [2, 3])
        #expect(try file.tensor(type.rawValue).elements.map(Double.init) == counting(type, 6))
        #expect(try file.tensor(type.rawValue, as: Double.self).elements == counting(type, 6))
    }

    @Test func integersAreExactAndNothingElseIsOne() throws {
        let file = try Safetensors.open(fixture("types.safetensors"))
        #expect(try file.integers("int64") == [-3, -2, -1, 0, 1, 2])
        #expect(throws: FormatError.self) { try file.integers("float32") }
    }

    @Test func halvesKeepSubnormalsAndInfinities() throws {
        let file = try Safetensors.open(fixture("types.safetensors"))
        let values = try file.tensor("half.special").elements
        #expect(
            values[0] == 0x1p-24 && values[1] == 0x1.ff8p-15 && values[2] == 0x1p-14 && values[3] == 65504)
        #expect(
            values[4] == .infinity && values[5] == -.infinity && values[6].sign == .minus && values[7].isNaN)
        #expect(
            try file.tensor("half.special", as: Double.self).elements.prefix(4) == [
                0x1p-24, 0x1.ff8p-15, 0x1p-14, 65504,
            ])
    }

    @Test func metadataScalarsAndEmptyTensors() throws {
        let file = try Safetensors.open(fixture("types.safetensors"))
        #expect(file.metadata == ["format": "np"])
        #expect(try file.tensor("scalar").shape == [] && file.tensor("scalar").elements == [7])
        #expect(try file.tensor("empty").shape == [0, 4])
    }

    @Test func unalignedTensorsAreRead() throws {
        #expect(
            try Safetensors.open(fixture("unaligned.safetensors")).tensor("x").elements == [-3, -2.5, -2])
    }

    @Test func shardsAreOneModel() throws {
        let model = try Safetensors.open(fixture("model.safetensors.index.json"))
        #expect(model.names == ["a", "b"])
        #expect(try model.tensor("a").shape == [2, 2])
        #expect(try model.tensor("b").elements == [-3, -2.5, -2])
    }

    @Test func missingTensorsAreNamed() throws {
        let error = #expect(throws: FormatError.self) {
            try Safetensors.open(fixture("unaligned.safetensors")).tensor("y")
        }
        #expect(error?.description.contains("has no tensor \"y\"") == true)
    }

    /// A file of a header and so many bytes of data.
    func file(_ header: String, data: Int, length: UInt64? = nil, _ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.safetensors")
            var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
            bytes.append(Data(header.utf8))
            bytes.append(Data(count: data))
            try bytes.write(to: url)
            try body(url)
        }
    }

    @Test(arguments: [
        (
            #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}"#, 16,
            "should be 8 bytes of F32, but is 16"
        ),
        (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, 8, "inside the 8 bytes of data"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "data_offsets"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8, "data_offsets"),
        (#"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "one that fits memory"),
        (
            #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, 8,
            "one that fits memory"
        ),
        (#"{"x":{"dtype":"F32","shape":[1e40],"data_offsets":[0,8]}}"#, 8, "header"),
        (#"{"x":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}"#, 8, "is F8"),
        (#"{"x":{"dtype":"F32","shape":[2]}}"#, 8, "data_offsets"),
        (#"{"x":"#, 8, "header"),
        (#"[]"#, 8, "header"),
        (
            #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            4, "where the tensor before it ends"
        ),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "from 0 on"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "8 bytes, as the file has"),
    ])
    func malformedHeadersAreRefused(_ header: String, _ data: Int, _ message: String) throws {
        try file(header, data: data) { url in
            let error = #expect(throws: FormatError.self) { try Safetensors.open(url) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("x.safetensors") == true)
        }
    }

    @Test func tensorsOfTypesThatAreNotReadLeaveTheOthersReadable() throws {
        let header =
            #"{"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]},"#
            + #""b":{"dtype":"F32","shape":[1],"data_offsets":[3,7]},"#
            + #""c":{"dtype":"C64","shape":[2],"data_offsets":[7,23]}}"#
        try file(header, data: 23) { url in
            let opened = try Safetensors.open(url)
            #expect(opened.names == ["a", "b", "c"] && Array(opened.entries.keys) == ["b"])
            #expect(try opened.tensor("b").elements == [0])
            for (name, type) in [("a", "F8_E4M3"), ("c", "C64")] {
                let error = #expect(throws: FormatError.self) { try opened.tensor(name) }
                #expect(error?.description.contains("is \(type)") == true, "\(error?.description ?? "")")
            }
        }
        // Their sizes are compared with their shapes as those of all others.
        try file(#"{"a":{"dtype":"C64","shape":[2],"data_offsets":[0,8]}}"#, data: 8) { url in
            #expect(throws: FormatError.self) { try Safetensors.open(url) }
        }
    }

    @Test func absurdHeaderLengthsAreRefused() throws {
        for length in [UInt64.max, 100_000_001, 1000] {
            try file("{}", data: 0, length: length) { url in
                #expect(throws: FormatError.self) { try Safetensors.open(url) }
            }
        }
    }

    @Test func anIndexCannotLeaveItsFolder() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("model.safetensors.index.json")
            try Data(#"{"weight_map":{"a":"../secret.safetensors"}}"#.utf8).write(to: url)
            let error = #expect(throws: FormatError.self) { try Safetensors.open(url) }
            #expect(error?.description.contains("../secret.safetensors") == true)
        }
    }

    @Test func filesThatAreNotThereSaySo() {
        let error = #expect(throws: FormatError.self) { try Safetensors.open(fixture("none.safetensors")) }
        #expect(error?.description.contains("No such file") == true)
    }

    @Test func damagedFilesNeverTrap() throws {
        try fuzz(fixture("types.safetensors")) { url in
            let file = try Safetensors.open(url)
            for name in file.names { _ = try file.tensor(name).elements.count }
        }
    }
}
