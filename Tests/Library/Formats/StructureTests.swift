import Formats
import Foundation
import Tensors
import Testing

/// Compound and other types of HDF5, arrays of NumPy that hold no numbers, and pickles (Tests/Oracles/structures.py).
@Suite("Structures in HDF5, NumPy and pickles")
struct StructureTests {
    private func file(_ name: String) -> URL { fixture("structures/\(name)") }

    @Test func compoundDatasetsAreRecords() throws {
        let file = try HDF5File.open(file("structures.h5"))
        let trials = try file.dataset("trials").records()
        #expect(trials.count == 3)
        #expect(trials.names == ["onset", "condition", "name", "code", "position", "place", "correct"])
        #expect(try trials["onset"].tensor(as: Double.self).elements == [0.5, 1.5, 2.5])
        #expect(try trials["condition"].strings() == ["face", "house", "7"])
        #expect(
            try trials["name"].strings() == ["Käse", "", "z"]
                && trials["code"].strings() == ["ab", "cdef", ""])
        #expect(try trials["position"].tensor().matrix.row(1) == [1, 2, 3])
        #expect(try trials["place"].records()["y"].integers() == [0, -1, -2])
        #expect(try trials["place"].records()["x"].tensor().elements == [0, 0.25, 0.5])
        #expect(try trials["correct"].integers() == [1, 0, 1])
        #expect(throws: FormatError.self) { try trials["onset"].strings() }
        #expect(
            (#expect(throws: FormatError.self) { try trials["onsets"] })?.description.contains("position")
                == true)
        #expect(try file.dataset("grid").records()["y"].integers() == [2, 4])
        #expect(try file.dataset("scalar").records()["x"].tensor().elements == [5])
    }

    @Test func listsEnumerationsAndReferencesAreRead() throws {
        let file = try HDF5File.open(file("structures.h5"))
        #expect(try file.dataset("lists").lists() == [[1, 2, 3], [], [-4]])
        #expect(try file.dataset("words").textLists() == [["the", "cat"], []])
        #expect(try file.dataset("labels").enumerationNames() == ["face", "house", "face", "9"])
        #expect(try file.dataset("labels").integers() == [1, 2, 1, 9])
        #expect(try file.dataset("small").arrays().elements == [0, 1, 2, 3, 4, 5])
        #expect(try file.dataset("small").arrays().shape == [2, 3])
        let references = try file.dataset("references").references()
        #expect(references.map(\.path) == ["/data", "/trials"])
        #expect(try file.dataset(references[0]).tensor().shape == [3, 4])
        let regions = try file.dataset("regions").references()
        #expect(regions[0].path == "/data" && regions[0].blocks == [[0..<2, 1..<3]])
        #expect(regions[1].path == nil)
        #expect(throws: FormatError.self) { try file.dataset(regions[1]) }
        #expect(throws: FormatError.self) { try file.dataset("data").records() }
        #expect(try file.members().contains("trials"))
    }

    @Test(arguments: ["text-arrays.h5", "text-arrays.npy"])
    func severalTextsOfARecordStayTogether(_ name: String) throws {
        let trials =
            try name.hasSuffix(".h5")
            ? HDF5File.open(file(name)).dataset("trials").records() : NumPyArray.open(file(name)).records()
        #expect(try trials["words"].textLists() == [["the", "cat", ""], ["sat", "on", "mats"]])
        #expect(try trials["grid"].textLists() == [["a", "b", "c", "d"], ["e", "f", "g", "h"]])
        let error = #expect(throws: FormatError.self) { try trials["words"].strings() }
        #expect(error?.description.contains("textLists()") == true, "\(error?.description ?? "")")
    }

    @Test func anEnumerationOfTwoMembersIsNoTruthValue() throws {
        let file = try HDF5File.open(file("sides.h5"))
        let sides = try file.dataset("sides")
        #expect(try sides.tensor().elements == [1, 2, 1] && sides.integers() == [1, 2, 1])
        #expect(try sides.enumerationNames() == ["left", "right", "left"])
        #expect(try file.dataset("truths").type == .bool && sides.type == .uint8)
        let trials = try file.dataset("trials").records()
        #expect(try trials["side"].strings() == ["left", "right"])
        #expect(try trials["ok"].integers() == [1, 0])
    }

    @Test func textRecordsAndComplexNumbersOfNumPyAreRead() throws {
        let text = try NumPyArray.open(file("unicode.npy"))
        #expect(try text.strings() == ["a", "日本é", "", "four"] && text.type == nil)
        #expect(try NumPyArray.open(file("fortran-text.npy")).strings() == ["a", "b", "c", "d", "e", "f"])
        #expect(try NumPyArray.open(file("bytes.npy")).strings() == ["café", "x", "é"])
        #expect(try NumPyArray.open(file("big-text.npy")).strings() == ["ab", "c"])
        let records = try NumPyArray.open(file("records.npy")).records()
        #expect(records.names == ["id", "r", "name", "pair"])
        #expect(try records["id"].integers() == [1, -3] && records["r"].tensor().elements == [2.5, 0.5])
        #expect(
            try records["name"].strings() == ["ab", "c"] && records["pair"].tensor().elements == [1, 2, 3, 4])
        let parts = try NumPyArray.open(file("complex.npy")).complexParts()
        #expect(
            parts.real.elements == [1, 0] && parts.imaginary.elements == [2, -3.5]
                && parts.real.shape == [1, 2])
        let error = #expect(throws: FormatError.self) { try text.tensor() }
        #expect(error?.description.contains("strings()") == true)
    }

    @Test func pickledObjectsOfNumPyAreRead() throws {
        let mapping = try NumPyArray.open(file("mapping.npy")).object()
        #expect(try mapping[2].string == "FFA-1" && mapping.keys.map(\.integer) == [0, 1, 2])
        let array = try NumPyArray.open(file("object-array.npy")).object()
        #expect(try array[0][1].string == "two" && array[1][1].tensor().elements == [0, 1, 2])
        // NumPy pickles objects row after row also where the array's memory is column after column.
        let fortran = try NumPyArray.open(file("fortran-objects.npy")).object()
        #expect(fortran.count == 2)
        #expect(try fortran[0].count == 3)
        #expect(try fortran[0][1].string == "two" && fortran[1][1].string == "five")
        #expect(try fortran[0][2].number == 3.5 && fortran[1][2].integer == 6)
        let archive = try NumPyArchive.open(file("mixed.npz"))
        #expect(try archive.array("names").strings() == ["V1", "V4"])
        #expect(try archive.array("info").object()["a"].integer == 1)
        #expect(throws: FormatError.self) { try archive.array("numbers").object() }
    }

    @Test(arguments: (0...5).map { "protocol\($0).pkl" } + ["numpy1.pkl"])
    func picklesOfEveryProtocolAreRead(_ name: String) throws {
        let value = try PickleFile.open(file(name))
        #expect(value.count == 3)
        #expect(try value[0].array().shape == [2, 3, 4])
        #expect(try value[0].tensor().elements == (0..<24).map(Float.init))
        #expect(try value[1].strings() == ["clip1", "clip2"])
        let more = try value[2]
        #expect(try more["scalar"].number == 2.5 && more["int"].integer == 7 && more["flag"].boolean == true)
        #expect(try more["big"].integers() == [0, 1, 2])
        #expect(try more["fortran"].matrix().elements == [0, 1, 2, 3, 4, 5])
        #expect(try more["text"].strings() == ["a", "bc"] && more["negative"].integer == -(1 << 40))
        #expect(try more["records"].array().records()["id"].integers() == [1, -3])
        #expect(try more["nested"][0][1].number == 2.5 && more["set"].integers() == [1])
        guard case .bytes(let bytes) = try more["nested"][1]["x"] else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == Array("raw".utf8) + [0, 255])
        #expect("\(value)".contains("clip1"))
    }

    @Test func bytesOfHDF5ThatAreNoUTF8AreLatin1() throws {
        let file = try HDF5File.open(file("latin1.h5"))
        #expect(try file.dataset("names").strings() == ["Größe", "Käse", "é"])
        #expect(try file.dataset("names").attributes()["unit"]?.string == "µm")
        #expect(try file.dataset("variable").strings() == ["Größe"])
        #expect(try file.dataset("records").records()["name"].strings() == ["Größe"])
        let fields = try HDF5File.open(self.file("fields.h5"))
        #expect(try fields.dataset("names").records()["name"].strings() == ["Größe", "plain"])
        // What is called UTF-8, and was cut within a character, stays that.
        #expect(try file.dataset("cut").strings() == ["Gr\u{fffd}"])
    }

    /// PyTables stores an index of dates so.
    @Test func aFieldThatCannotBeReadIsNamed() throws {
        let dataset = try HDF5File.open(file("fields.h5")).dataset("frame/table")
        let error = #expect(throws: FormatError.self) { try dataset.records() }
        #expect(
            error?.description.contains("whose field \"index\" holds times of 4 bytes") == true,
            "\(error?.description ?? "")")
    }

    @Test func scalarsThatPythonHasNotAreArraysWithoutDimensions() throws {
        let value = try PickleFile.open(file("scalars.pkl"))
        let parts = try value["complex"].array().complexParts()
        #expect(parts.real.shape == [] && parts.real.elements == [1] && parts.imaginary.elements == [2])
        #expect(try value["trial"].array().records()["id"].integers() == [1])
        #expect(try value["date"].array().elementKind.contains("dates"))
        #expect(try value["list"].integers() == [1, 2])
    }

    @Test func aPickleOfPythonTwoIsRead() throws {
        #expect(try PickleFile.open(file("python2.pkl")).tensor().elements == [1.5, -2])
    }

    @Test func aFileOfAnotherKindThanAPickleIsNamed() {
        for (name, kind) in [("unicode.npy", "a NumPy array (.npy)"), ("fields.h5", "an HDF5 file")] {
            let error = #expect(throws: FormatError.self) { try PickleFile.open(file(name)) }
            #expect(error?.description.contains("is not a pickle (it is \(kind))") == true)
        }
    }

    @Test func codeInAPickleIsNotRun() throws {
        let marker = "/tmp/gyrus-was-here"
        for (name, called) in [("evil.pkl", "system"), ("frame.pkl", "pandas")] {
            let error = #expect(throws: FormatError.self) { try PickleFile.open(file(name)) }
            #expect(error?.description.contains(called) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("not called") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test(arguments: ["protocol0.pkl", "protocol2.pkl", "protocol5.pkl", "python2.pkl"])
    func damagedPicklesNeverTrap(_ name: String) throws {
        try fuzz(file(name), changes: 1500) { url in _ = "\(try PickleFile.open(url))" }
    }

    @Test(arguments: ["unicode.npy", "records.npy", "mapping.npy", "complex.npy"])
    func damagedArraysNeverTrap(_ name: String) throws {
        try fuzz(file(name), changes: 800) { url in
            let array = try NumPyArray.open(url)
            switch array.elementKind {
            case "text": _ = try array.strings()
            case "objects of Python": _ = try array.object()
            case let kind where kind.hasPrefix("records"):
                let records = try array.records()
                for field in records.fields where field.kind == "text" { _ = try field.strings() }
            default: _ = try array.complexParts(as: Double.self)
            }
        }
    }

    /// The others on demand.
    private static let damagedFiles: [String] =
        [
            "structures/structures.h5", "heaps/heaps-latest.h5", "../../Tables/Fixtures/pandas/fixed.h5",
            "../../Tables/Fixtures/pandas/columns.h5",
        ]
        + (ProcessInfo.processInfo.environment["GYRUS_SOAK"] == nil
            ? [] : ["kinds.h5", "kinds-latest.h5", "types.h5"])

    /// `GYRUS_SOAK=20` for 600 changes of each.
    @Test(arguments: StructureTests.damagedFiles)
    func damagedHDF5NeverTraps(_ name: String) throws {
        try fuzz(fixture(name), changes: 30, cuts: 5) { url in
            for dataset in try HDF5File.open(url).datasets() { try readWhole(dataset, whole: false) }
        }
    }
}

/// Reads a dataset by the method for its kind, and follows its references.
///
/// What is damaged is passed over, unless the dataset is to be `whole`.
func readWhole(_ dataset: HDF5Dataset, whole: Bool) throws {
    func attempt(_ read: () throws -> Void) throws {
        do { try read() } catch let error as FormatError
            where !whole || !error.description.contains("damaged")
        {}
    }
    guard dataset.problem == nil else {
        if whole { _ = try dataset.strings() }
        return
    }
    if dataset.isText { try attempt { _ = try dataset.strings() } }
    if dataset.type != nil { try attempt { _ = try dataset.tensor(as: Double.self) } }
    try attempt { _ = try dataset.records() }
    try attempt { _ = try dataset.lists() }
    try attempt { _ = try dataset.textLists() }
    try attempt { _ = try dataset.arrays(as: Double.self) }
    try attempt { _ = try dataset.enumerationNames() }
    try attempt { _ = try dataset.references() }
    try attempt { _ = try dataset.attributes() }
}
