import Formats
import Foundation
import Tensors
import Testing

@Suite struct HDF5Tests {
    @Test(arguments: NumberType.allCases.filter { $0 != .bfloat16 })
    func everyTypeIsRead(_ type: NumberType) throws {
        let dataset = try HDF5File.open(fixture("types.h5")).dataset("/numbers/\(type.rawValue)")
        #expect(dataset.type == type)
        #expect(dataset.shape == [2, 3])
        #expect(try dataset.tensor().elements.map(Double.init) == counting(type, 6))
        #expect(try dataset.tensor(as: Double.self).elements == counting(type, 6))
    }

    @Test func everyDatasetIsListed() throws {
        let datasets = try HDF5File.open(fixture("types.h5")).datasets()
        #expect(
            datasets.map(\.path).filter { !$0.hasPrefix("/numbers") } == [
                "/chunked", "/compound", "/empty", "/frames", "/scalar", "/text/fixed", "/text/variable",
            ])
        #expect(datasets.first?.shape == [7, 5, 4])
    }

    @Test func byteOrdersScalarsAndEmptyDatasets() throws {
        let file = try HDF5File.open(fixture("types.h5"))
        #expect(try file.dataset("/numbers/big").tensor().elements.map(Double.init) == counting(.float32, 6))
        #expect(try file.dataset("/scalar").tensor(as: Double.self).elements == [2.5])
        #expect(try file.dataset("/empty").tensor().shape == [0, 3])
        #expect(try file.dataset("/numbers/int64").integers() == [-3, -2, -1, 0, 1, 2])
    }

    @Test func partsAreRead() throws {
        let dataset = try HDF5File.open(fixture("types.h5")).dataset("chunked")
        let whole = try dataset.tensor()
        #expect(whole.elements.map(Double.init) == counting(.int16, 140))
        let part = try dataset.tensor([2..<6, 1..<2, 0..<4])
        #expect(part.shape == [4, 1, 4])
        for i in 0..<4 { for k in 0..<4 { #expect(part[i, 0, k] == whole[i + 2, 1, k]) } }
        #expect(try dataset.rows(6..<7).elements == Array(whole.elements[120...]))
        #expect(try dataset.rows(3..<3).shape == [0, 5, 4])
        for ranges in [[0..<8, 0..<5, 0..<4], [0..<7, 0..<5], [-1..<2, 0..<5, 0..<4]] {
            #expect(throws: FormatError.self) { try dataset.tensor(ranges) }
        }
        let outside = #expect(throws: FormatError.self) { try dataset.tensor([0..<8, 0..<5, 0..<4]) }
        #expect(outside?.description.hasSuffix("but is [0..<8, 0..<5, 0..<4]") == true)
    }

    @Test func framesAreBytes() throws {
        let frames = try HDF5File.open(fixture("types.h5")).dataset("frames")
        #expect(try frames.bytes([1..<2, 0..<4, 0..<5, 0..<3]) == (60..<120).map { UInt8($0) })
        #expect(throws: FormatError.self) {
            try HDF5File.open(fixture("types.h5")).dataset("chunked").bytes([0..<1, 0..<1, 0..<1])
        }
    }

    @Test func textAndAttributesAreRead() throws {
        let file = try HDF5File.open(fixture("types.h5"))
        #expect(try file.dataset("text/variable").strings() == ["alpha", "", "Größe 脑"])
        #expect(try file.dataset("text/fixed").strings() == ["full", "ab", ""])
        #expect(try file.attributes() == ["title": .strings(["a study"]), "runs": .integers([3, 1, 2])])
        #expect(
            try file.dataset("frames").attributes() == [
                "rate": .numbers([14.5]), "names": .strings(["a", "b"]),
            ])
        #expect(try file.attributes()["title"]?.string == "a study")
    }

    @Test func whatIsNotThereOrNoNumberIsNamed() throws {
        let file = try HDF5File.open(fixture("types.h5"))
        let missing = #expect(throws: FormatError.self) { try file.dataset("/numbers/none/deeper") }
        #expect(missing?.description.contains("types.h5: has no dataset \"/numbers/none/deeper\"") == true)
        let compound = #expect(throws: FormatError.self) { try file.dataset("compound").tensor() }
        #expect(compound?.description.contains("\"compound\" holds no numbers") == true)
        #expect(throws: FormatError.self) { try file.dataset("frames").strings() }
        #expect(throws: FormatError.self) { try file.dataset("numbers") }
    }

    @Test func whatIsWrittenIsRead() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("out.h5")
            let matrix = Matrix<Float>([[1, 2, 3], [4, 5, 6]])
            try HDF5File.create(url) { file in
                try file.write(matrix, to: "/features/block 9")
                try file.write(
                    Tensor<Double>(shape: [1, 1, 2], elements: [.nan, -.infinity]), to: "special")
                try file.write(["a", "é"], to: "names")
                try file.write([5, -6], to: "runs")
                try file.write([1, 2, 3, 4], shape: [2, 2], to: "bytes")
                try file.setAttribute("model", to: .strings(["clip"]))
                try file.setAttribute("model", to: .strings(["brivl"]))
                try file.setAttribute("mean", to: .numbers([0.5, 0.25]), of: "/features/block 9")
                let rows = try file.createDataset("rows", shape: [5, 3], chunk: [2, 3], compression: 4)
                try rows.write(Tensor(matrix), at: [1, 0])
                #expect(throws: FormatError.self) { try rows.write(Tensor(matrix), at: [4, 0]) }
                #expect(throws: FormatError.self) { try rows.write(Tensor(matrix), at: [0]) }
                #expect(throws: FormatError.self) { try file.write(matrix, to: "names") }
            }
            let file = try HDF5File.open(url)
            #expect(try file.dataset("features/block 9").tensor().matrix == matrix)
            let special = try file.dataset("special").tensor(as: Double.self).elements
            #expect(special[0].isNaN && special[1] == -.infinity)
            #expect(try file.dataset("names").strings() == ["a", "é"])
            #expect(try file.dataset("runs").integers() == [5, -6])
            #expect(try file.dataset("bytes").bytes([0..<2, 0..<2]) == [1, 2, 3, 4])
            #expect(try file.attributes() == ["model": .strings(["brivl"])])
            #expect(try file.attributes(of: "features/block 9")["mean"] == .numbers([0.5, 0.25]))
            #expect(
                try file.dataset("rows").tensor().elements == [0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.h5"])
        }
    }

    @Test func whatCannotBeWrittenAsItIsIsRefused() throws {
        try withFolder { folder in
            try HDF5File.create(folder.appendingPathComponent("out.h5")) { file in
                let rows = try file.createDataset("rows", shape: [10, 4])
                // Of a tensor of three dimensions only the first numbers would have been written.
                let cube = Tensor<Float>(shape: [2, 4, 3], elements: [Float](repeating: 1, count: 24))
                let rank = #expect(throws: FormatError.self) { try rows.write(cube, at: [0, 0]) }
                #expect(rank?.description.contains("3 indices") == true)
                #expect(throws: FormatError.self) { try rows.write(cube, at: [0, 0, 0]) }
                #expect(throws: FormatError.self) {
                    try rows.write(Tensor<Float>(shape: [2, 4]), at: [0, 0, 7])
                }
                #expect(try rows.tensor().elements.allSatisfy { $0 == 0 })
                for level in [-1, 10, Int.max] {
                    let error = #expect(throws: FormatError.self) {
                        try file.createDataset("packed", shape: [4], chunk: [4], compression: level)
                    }
                    #expect(error?.description.contains("from 0 to 9") == true)
                }
                #expect(throws: FormatError.self) {
                    try file.createDataset("huge", shape: [1 << 40], chunk: [1 << 40])
                }
                #expect(throws: FormatError.self) {
                    try file.createDataset("huger", shape: [1 << 40, 1 << 40])
                }
                // It would be read as uint8, here and by h5py.
                let type = #expect(throws: FormatError.self) {
                    try file.createDataset("truths", shape: [4], type: .bool)
                }
                #expect(type?.description.contains("uint8") == true && !file.contains("truths"))
                #expect(throws: FormatError.self) { try file.write(["a", "b\0c"], to: "names") }
                #expect(!file.contains("names"))
                #expect(throws: FormatError.self) { try file.setAttribute("x", to: .strings(["b\0c"])) }
                // A name that ends early would be another object's.
                #expect(throws: FormatError.self) { try file.createDataset("cut\0b", shape: [1]) }
                #expect(!file.contains("cut") && !file.contains("names\0b"))
                #expect(throws: FormatError.self) { try file.write(["a"], to: "cut\0b") }
                let error = #expect(throws: FormatError.self) { try file.dataset("rows\0b") }
                #expect(error?.description.contains("rows\\0b") == true, "\(error?.description ?? "")")
                #expect(throws: FormatError.self) { try file.setAttribute("x\0y", to: .integers([1])) }
            }
        }
    }

    @Test func anAttributeThatIsTooLargeLeavesTheOldOne() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("out.h5")
            try HDF5File.create(url) { file in
                try file.setAttribute("x", to: .numbers([1, 2]))
                #expect(throws: FormatError.self) {
                    try file.setAttribute("x", to: .numbers([Double](repeating: 3, count: 10_000)))
                }
                #expect(try file.attributes() == ["x": .numbers([1, 2])])
                try file.setAttribute("x", to: .strings(["new"]))
            }
            #expect(try HDF5File.open(url).attributes() == ["x": .strings(["new"])])
        }
    }

    @Test func aFileThatFailsHalfWayIsNotLeft() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("out.h5")
            #expect(throws: CancellationError.self) {
                try HDF5File.create(url) { file in
                    try file.write(["a"], to: "names")
                    throw CancellationError()
                }
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func anOpenedFileCanBeContinued() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("out.h5")
            try HDF5File.create(url) { try $0.createDataset("rows", shape: [2, 2]) }
            let file = try HDF5File.open(url, writable: true)
            try file.dataset("rows").write(Tensor(Matrix<Float>([[7, 8]])), at: [1, 0])
            try file.flush()
            #expect(try file.dataset("rows").tensor().elements == [0, 0, 7, 8])
        }
    }

    /// What is cut short is refused; the inside of damaged files is libhdf5's own business.
    @Test func filesThatAreNotWholeAreRefused() throws {
        let data = try Data(contentsOf: fixture("types.h5"))
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.h5")
            for length in [0, 7, 100, data.count / 2, data.count - 1] {
                try data.prefix(length).write(to: url)
                let error = #expect(throws: FormatError.self) { try HDF5File.open(url) }
                #expect(error?.description.contains("x.h5: is cut short: it lacks") == true)
            }
        }
        let missing = #expect(throws: FormatError.self) { try HDF5File.open(fixture("none.h5")) }
        #expect(missing?.description.contains("No such file") == true)
    }

    @Test func aFileThatAnotherProcessWritesIsNotWritten() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("out.h5")
            try HDF5File.create(url) { try $0.createDataset("rows", shape: [2, 2]) }
            // As libhdf5 locks a file that it writes.
            let descriptor = open(url.path, O_RDWR)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            let error = #expect(throws: FormatError.self) { try HDF5File.open(url, writable: true) }
            #expect(error?.description.contains("another process has it open for writing") == true)
        }
    }

    @Test func whatExceedsMemoryIsRefusedBeforeItIsRead() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("huge.h5")
            try HDF5File.create(url) {
                try $0.createDataset("x", shape: [1 << 24, 1 << 24], chunk: [1, 1 << 10])
            }
            let dataset = try HDF5File.open(url).dataset("x")
            let error = #expect(throws: FormatError.self) { try dataset.tensor() }
            #expect(error?.description.contains("would take 1125899.9 GB of memory") == true)
            #expect(try dataset.tensor([5..<6, 0..<4]).elements == [0, 0, 0, 0])
        }
    }

    @Test func manyThreadsMayReadAtOnce() throws {
        let dataset = try HDF5File.open(fixture("types.h5")).dataset("chunked")
        let expected = try dataset.tensor()
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            let read: Tensor<Float>? = try? dataset.tensor()
            #expect(read == expected)
        }
    }

    @Test func readingStopsWhenTheTaskIsCancelled() async throws {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try HDF5File.open(fixture("types.h5")).dataset("chunked").tensor()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// A child of the process inherits what is open, and with it the lock; it may live for hours.
    @Test func aProgramThatIsStartedMeanwhileHoldsNoLock() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString).h5")
        defer { try? FileManager.default.removeItem(at: url) }
        try HDF5File.create(url) { try $0.write([1, 2], to: "numbers") }
        var child: pid_t = 0
        try withExtendedLifetime(try HDF5File.open(url, writable: true)) { _ in
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]
            defer { for argument in arguments { free(argument) } }
            try #require(posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, environ) == 0)
        }
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        try HDF5File.open(url, writable: true).write([3], to: "more")
    }
}
