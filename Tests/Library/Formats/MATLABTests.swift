import Formats
import Foundation
import Tensors
import Testing

/// MATLAB files, compared with what scipy.io and mat73 read (Tests/Oracles/matlab.py).
@Suite("MATLAB files")
struct MATLABTests {
    private func file(_ name: String) throws -> MATFile { try MATFile.open(fixture("matlab/\(name)")) }

    @Test(arguments: ["tree.mat", "plain.mat"]) func aTreeIsRead(_ name: String) throws {
        let file = try file(name)
        #expect(file.version == "5")
        #expect(try file["examples"].matrix(as: Double.self).row(1) == [-0.5, -0.375, -0.25, -0.125])
        let meta = try file["meta"]
        #expect(meta.fieldNames == ["colToCoord", "roisGordon", "indicesIn3D", "roiMultimaskAAL"])
        #expect(try meta["colToCoord"].integers() == [1, 2, 3, 4, 5, 6, 7, 8, 300, 2, 2, 2])
        #expect(try meta["roisGordon"].strings() == ["Visual", "Default mode", ""])
        #expect(try meta["roiMultimaskAAL"].elements.map { try $0.integers() } == [[1, 3], [], [2]])
        #expect(try meta["indicesIn3D"].vector() == [5, 70000, 9, 11])
        #expect(try file["keySentences"][1].string == "日本 text")
        #expect(try file["flags"].booleans() == [true, false, true])
        #expect(try file["single"].className == "single")
        let wave = try file["wave"]
        #expect(wave.isComplex)
        #expect(try wave.realPart.vector() == [1, 0] && wave.imaginaryPart.vector() == [2, -3.5])
        #expect(throws: FormatError.self) { try wave.tensor() }
        let sparse = try file["sparse"]
        #expect(sparse.isSparse)
        #expect(try sparse.matrix().elements == [0, 2.5, 0, 0, 0, -1, 4, 0, 0])
        #expect(try file["nothing"].tensor().shape == [0, 3])
        #expect(try file["cube"].tensor().elements == (0..<24).map(Float.init))
        #expect(try file["large"].integers() == [(1 << 60) + 1])
        let runs = try file["runs"]
        #expect(try runs[1]["onset"].number == 2 && runs.values(of: "label").map(\.string) == ["a", "bc"])
        #expect(try file["letters"].strings() == ["ab", "cde"])
        #expect("\(meta)".contains("roiMultimaskAAL") && "\(file)".contains("keySentences"))
    }

    @Test func whatIsAskedForWronglyIsNamed() throws {
        let file = try file("tree.mat")
        func message(_ body: () throws -> Void) -> String {
            #expect(throws: FormatError.self) { try body() }?.description ?? ""
        }
        #expect(message { _ = try file["nowhere"] }.contains("keySentences"))
        #expect(message { _ = try file["meta"]["coordinates"] }.contains("colToCoord"))
        #expect(message { _ = try file["runs"]["onset"] }.contains("[0][\"onset\"]"))
        #expect(message { _ = try file["meta"]["roisGordon"][3] }.contains("meta.roisGordon"))
        #expect(message { _ = try file["examples"].integers() }.contains("no whole number"))
        #expect(message { _ = try file["cube"].matrix() }.contains("[2, 3, 4]"))
        #expect(message { _ = try file["examples"].strings() }.contains("double"))
        #expect(message { _ = try file["examples"]["x"] }.contains("a struct"))
    }

    @Test func bigEndianFilesAndObjectsAreRead() throws {
        let file = try file("big.mat")
        #expect(try file["numbers"].matrix(as: Double.self).elements == [1, 3, 2, 4.5])
        #expect(try file["text"].string == "a日é ")
        #expect(try file["bytes"].integers() == [7, 8])
        #expect(try file["packed"].vector() == [7, 8, 9])
        #expect(try file["old"].className == "inline" && file["old"]["expr"].string == "x")
        let thing = try file["thing"]
        #expect(thing.className == "string")
        #expect(
            (#expect(throws: FormatError.self) { try thing.strings() })?.description.contains("MCOS") == true)
        #expect(
            (#expect(throws: FormatError.self) { try file["handle"].tensor() })?.description.contains(
                "function handle")
                == true)
    }

    @Test func versionFourIsRead() throws {
        let file = try file("four.mat")
        #expect(file.version == "4")
        #expect(try file["x"].matrix().elements == [0, 1, 2, 3, 4, 5])
        #expect(try file["t"].strings() == ["ab", "cd"])
        #expect(try file["z"].imaginaryPart.number == 2)
        #expect(try file["s"].matrix().elements == [0, 2.5, 0, 0, 0, -1, 4, 0, 0])
    }

    @Test func versionSevenPointThreeIsReadByTheSameWords() throws {
        let file = try file("seven.mat")
        #expect(file.version == "7.3")
        #expect(try file["examples"].matrix(as: Double.self).row(1) == [-0.5, -0.375, -0.25, -0.125])
        #expect(try file["title"].string == "Käse 日本")
        #expect(try file["flags"].booleans() == [true, false, true])
        #expect(try file["nothing"].tensor().shape == [0, 3])
        #expect(try file["wave"].imaginaryPart.vector() == [2, -3.5])
        let cells = try file["cells"]
        #expect(cells.shape == [1, 3])
        #expect(try cells[0].string == "one" && cells[1].matrix().elements == [1, 2, 3, 4])
        #expect(try file["meta"]["colToCoord"].integers()[8] == 300)
        let runs = try file["runs"]
        #expect(runs.shape == [1, 2])
        #expect(try runs[1]["label"].string == "bc" && runs[0]["onset"].number == 1)
        #expect(try file["sparse"].matrix().elements == [0, 2.5, 0, 0, 0, -1, 4, 0, 0])
        for name in ["handle", "thing"] { #expect(throws: FormatError.self) { try file[name].tensor() } }
    }

    @Test func anEmptyArrayOfStructsHasItsFields() throws {
        let trials = try file("empty-structs.mat")["trials"]
        #expect(trials.className == "struct" && trials.shape == [0, 0])
        #expect(trials.fieldNames == ["onset", "label"])
        #expect(try trials.values(of: "label").isEmpty)
        #expect(throws: FormatError.self) { try trials.values(of: "offset") }
    }

    @Test(arguments: ["tree.mat", "plain.mat", "big.mat", "four.mat"])
    func damagedFilesNeverTrap(_ name: String) throws {
        try fuzz(fixture("matlab/\(name)"), changes: 2000) { url in
            let file = try MATFile.open(url)
            for variable in file.names { _ = try use(try file[variable], depth: 0) }
        }
    }

    @Test func damagedFilesOfVersion73NeverTrap() throws {
        try fuzz(fixture("matlab/seven.mat"), changes: 30, cuts: 5) { url in
            let file = try MATFile.open(url)
            for variable in file.names { _ = try use(try file[variable], depth: 0) }
        }
    }

    @Test func whatClaimsTooMuchIsRefused() throws {
        try withFolder { folder in
            let head =
                Data("MATLAB 5.0 MAT-file".utf8) + Data(repeating: 32, count: 105) + Data([0, 1, 0x49, 0x4d])
            func number(_ value: UInt32) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
            func element(_ type: UInt32, _ data: Data, count: Int? = nil) -> Data {
                number(type) + number(UInt32(count ?? data.count)) + data
                    + Data(repeating: 0, count: (8 - data.count % 8) % 8)
            }
            func matrix(_ code: UInt32, _ shape: [UInt32], _ name: String, _ parts: Data) -> Data {
                element(
                    14,
                    element(6, number(code) + number(0)) + element(5, shape.map(number).reduce(Data(), +))
                        + element(1, Data(name.utf8)) + parts)
            }
            var nested = matrix(6, [1, 1], "", element(9, Data(repeating: 0, count: 8)))
            for _ in 0..<3000 { nested = matrix(1, [1, 1], "x", nested) }
            let hostile: [String: Data] = [
                "huge numbers": matrix(
                    6, [0x7fff_ffff, 0x7fff_ffff], "x", element(9, Data(repeating: 0, count: 8))),
                "huge cell": matrix(1, [1 << 20, 1 << 10], "x", Data()),
                "huge sparse": matrix(
                    5, [4, 0x7fff_ffff], "x", element(5, number(0)) + element(5, number(0))),
                "deep": nested, "beyond": element(14, Data(repeating: 0, count: 8), count: 1 << 30),
                "negative": matrix(6, [0xffff_fff0, 2], "x", element(9, Data())),
            ]
            for (name, data) in hostile {
                let url = folder.appendingPathComponent("\(name).mat")
                try (head + data).write(to: url)
                let error = #expect(throws: FormatError.self, "\(name)") {
                    let file = try MATFile.open(url)
                    for variable in file.names { _ = try use(try file[variable], depth: 0) }
                }
                #expect((error?.problem.count ?? 0) > 20, "\(name)")
            }
        }
    }

    @Test func aNumberOfASparseMatrixThatFloatCannotHoldIsRefused() throws {
        // Version 4: a row and a column from 1, and a number; at last the extents.
        let head: [Int32] = [2, 2, 3, 0, 2]
        let numbers: [Double] = [1, 3, 1, 3, 1e300, 0]
        try withFolder { folder in
            let url = folder.appendingPathComponent("s.mat")
            let data =
                head.withUnsafeBytes { Data($0) } + Data("s\0".utf8) + numbers.withUnsafeBytes { Data($0) }
            try data.write(to: url)
            let sparse = try MATFile.open(url)["s"]
            #expect(try sparse.tensor(as: Double.self).elements[0] == 1e300)
            let error = #expect(throws: FormatError.self) { try sparse.tensor() }
            #expect(error?.description.contains("1e+300, which Float cannot hold") == true)
        }
    }

    /// Reads all that a value holds.
    private func use(_ value: MATValue, depth: Int) throws -> Int {
        _ = "\(value)"
        if value.isComplex { return try value.imaginaryPart.tensor(as: Double.self).count }
        if value.isNumeric { return try value.tensor(as: Double.self).count }
        return try value.elements.reduce(0) { sum, element in
            try element.fieldNames.reduce(
                sum + (try value.className == "cell" ? use(element, depth: depth + 1) : 0)
            ) {
                $0 + (try use(element[$1], depth: depth + 1))
            }
        }
    }
}
