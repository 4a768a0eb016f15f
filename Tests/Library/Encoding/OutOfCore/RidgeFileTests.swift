import Display
import Encoding
import Formats
import Foundation
import Synchronization
import Tensors
import Testing

/// A fit whose responses come from an HDF5 file and whose results go to one.
@Suite struct RidgeFileTests {
    let folder: URL
    let features: Matrix<Float>
    let responses: Matrix<Float>
    let model = Ridge(alphas: .logspace(-1, 4, count: 6), showsProgress: false)
    /// So little that about a hundred voxels are fitted at a time.
    let memory = MemoryLimit.megabytes(0.15)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state: UInt64 = 7
        func number() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 33) / Float(1 << 30)
        }
        features = Matrix(rows: 60, columns: 10, elements: (0..<600).map { _ in number() })
        let weights = Matrix<Float>(rows: 10, columns: 900, elements: (0..<9000).map { _ in number() })
        var responses = multiply(features, weights)
        for row in 0..<60 {
            for voxel in 0..<900 { responses[row, voxel] += 2 * number() + 3 }
            responses[row, 17] = 4
        }
        responses[5, 400] = .nan
        self.responses = responses
    }

    private func write(_ matrix: Matrix<Float>, chunk: [Int]? = nil) throws -> HDF5Dataset {
        let url = folder.appending(path: "\(UUID().uuidString).h5")
        try HDF5File.create(url) { file in
            let dataset = try file.createDataset(
                "/responses", shape: [matrix.rows, matrix.columns], chunk: chunk)
            try dataset.write(Tensor(matrix), at: [0, 0])
        }
        return try HDF5File.open(url).dataset("/responses")
    }

    private func expectEqual(_ file: RidgeFile, _ whole: RidgeFit<Float>) throws {
        #expect(try file.isDone.allSatisfy { $0 })
        #expect(try file.voxelsWithNaN() == [400] && whole.voxelsWithNaN == [400])
        #expect(try file.constantVoxels() == [17] && whole.constantVoxels == [17])
        let (alphas, scores) = (try file.bestAlphas(), try file.scores())
        let weights: Matrix<Float> = try file.coefficients(of: 0..<900)
        for voxel in 0..<900 {
            if voxel == 400 {
                #expect(alphas[voxel].isNaN && scores.r2[voxel].isNaN)
                #expect(weights.column(voxel).allSatisfy { $0.isNaN })
                continue
            }
            #expect(alphas[voxel] == whole.bestAlphas[voxel])
            #expect(voxel == 17 ? scores.r[voxel].isNaN : abs(scores.r[voxel] - whole.scores.r[voxel]) < 1e-5)
            for k in 0..<10 { #expect(abs(weights[k, voxel] - whole.coefficients[k, voxel]) < 1e-5) }
        }
        let predicted = try file.predict(features, voxels: 30..<40)
        let expected = try whole.predict(features).columns(30..<40)
        #expect(zip(predicted.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func batchesGiveWhatTheWholeGives() throws {
        let whole = try model.fit(features, to: responses)
        let datasets = [
            try write(responses), try write(responses, chunk: [16, 50]), try write(responses.transposed()),
        ]
        for (number, dataset) in datasets.enumerated() {
            let path = folder.appending(path: "fit-\(number).h5").path
            let file = try model.fit(features, to: dataset, file: path, memoryLimit: memory)
            try expectEqual(file, whole)
            let text = try #require(file.mimeBundle.plainText)
            #expect(text.contains("900 of 900 voxels done"))
            #expect(text.contains("NaN, left out: 1 voxel (400)") && text.contains("1 voxel (17)"))
        }
        try FileManager.default.removeItem(at: folder)
    }

    /// What features and intercept have in common must not cost the digits of a prediction.
    @Test func predictionsDoNotDependOnAnOffsetOfTheFeatures() throws {
        let offset = features + 1e4
        let path = folder.appending(path: "offset.h5").path
        let file = try model.fit(
            offset, reading: responses, named: "responses", file: path, memoryLimit: memory)
        let expected = try model.fit(offset, to: responses).predict(offset).columns(30..<40)
        let found = try file.predict(offset, voxels: 30..<40)
        #expect(zip(found.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-4 })
        try FileManager.default.removeItem(at: folder)
    }

    /// Files of the time before they held the means of features and voxels are predicted from, and gone on with.
    @Test func filesWithoutMeansAreRead() throws {
        let whole = try model.fit(features, to: responses)
        let path = folder.appending(path: "new.h5").path
        _ = try model.fit(
            features, reading: responses, named: "responses", file: path, memoryLimit: memory)
        let old = folder.appending(path: "old.h5")
        var states = [UInt8](repeating: 1, count: 900)
        for voxel in 30..<40 { states[voxel] = 0 }
        try HDF5File.create(old) { copy in
            let new = try HDF5File.open(path)
            for path in ["/alphas", "/best_alpha", "/intercepts", "/r2", "/r", "/search_scores"] {
                try copy.write(new.dataset(path).tensor(as: Double.self), to: path)
            }
            try copy.write(new.dataset("/weights").tensor(as: Float.self), to: "/weights")
            try copy.write(new.dataset("/settings").strings(), to: "/settings")
            try copy.write(states, shape: [900], to: "/state")
        }
        let file = try model.fit(
            features, reading: responses, named: "responses", file: old, memoryLimit: memory)
        let expected = try whole.predict(features).columns(20..<50)
        let found = try file.predict(features, voxels: 20..<50)
        #expect(zip(found.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-4 })
        try FileManager.default.removeItem(at: folder)
    }

    /// A fit that is canceled ends before the next batch; its file holds the batches before, and the same call goes on
    /// from there.
    @Test func stopsAndGoesOn() async throws {
        let dataset = try write(responses)
        let whole = try model.fit(features, to: responses)
        let name = try HDF5Responses<Float>(dataset, samples: 60).name()
        let path = folder.appending(path: "fit.h5").path
        let (model, features, memory) = (model, features, memory)
        // The fourth batch is read when the cancellation comes, and is not fitted any more.
        let reader = RecordingReader(responses: responses, cancelsAt: 3)
        let task = Task {
            try model.fit(features, reading: reader, named: name, file: path, memoryLimit: memory)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let first = reader.ranges
        #expect(first.count == 4)
        let count = try #require(first.last).lowerBound

        let partial = try RidgeFile.open(path)
        #expect(count > 0 && count < 900)
        #expect(try partial.isDone == (0..<900).map { $0 < count })
        let (alphas, scores) = (try partial.bestAlphas(), try partial.scores())
        let weights: Matrix<Float> = try partial.coefficients(of: 0..<900)
        for voxel in 0..<900 {
            if voxel >= count || voxel == 400 {
                #expect(alphas[voxel].isNaN && weights[0, voxel].isNaN)
            } else {
                #expect(alphas[voxel] == whole.bestAlphas[voxel])
                #expect(voxel == 17 || abs(scores.r[voxel] - whole.scores.r[voxel]) < 1e-5)
                let expected = whole.coefficients.column(voxel)
                #expect(zip(weights.column(voxel), expected).allSatisfy { abs($0 - $1) < 1e-5 })
            }
        }

        // One more stop, so that a fit goes on twice; then the public call does the rest.
        // The voxel with a NaN is read again before, if the first fit came to it.
        let reread = count > 400 ? 1 : 0
        let again = RecordingReader(responses: responses, cancelsAt: reread + 1)
        let second = Task {
            try model.fit(features, reading: again, named: name, file: path, memoryLimit: memory)
        }
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(again.ranges.count == reread + 2 && again.ranges[reread].lowerBound == count)
        // The value from before sees what is there now, and does not keep the fit from going on in its file.
        let next = try #require(again.ranges.last).lowerBound
        #expect(next > count)
        #expect(try partial.isDone == (0..<900).map { $0 < next })
        let file = try model.fit(features, to: dataset, file: path, memoryLimit: memory)
        try expectEqual(file, whole)

        let last = RecordingReader(responses: responses, cancelsAt: 1)
        _ = try model.fit(features, reading: last, named: name, file: path, memoryLimit: memory)
        #expect(last.ranges == [400..<401])
        try FileManager.default.removeItem(at: folder)
    }

    /// A voxel whose NaN was mended in the responses is fitted by the next call; one that has it still is not.
    @Test func mendedVoxelsAreFitted() throws {
        var broken = responses
        broken[9, 402] = .infinity
        broken[9, 700] = .nan
        let path = folder.appending(path: "fit.h5").path
        let first = try model.fit(
            features, reading: broken, named: "responses", file: path, memoryLimit: memory)
        #expect(try first.voxelsWithNaN() == [400, 402, 700])
        let file = try model.fit(
            features, reading: responses, named: "responses", file: path, memoryLimit: memory)
        try expectEqual(file, model.fit(features, to: responses))
        try FileManager.default.removeItem(at: folder)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let dataset = try write(responses)
        let path = folder.appending(path: "fit.h5").path
        try model.fit(features, to: dataset, file: path, memoryLimit: memory)
        var other = model
        other.alphas = [1, 2]
        let different = #expect(throws: FormatError.self) {
            try other.fit(features, to: dataset, file: path, memoryLimit: memory)
        }
        #expect(different?.description.contains("alphas: 1.0, 2.0") == true)
        var changed = features
        changed[0, 0] += 1
        #expect(throws: FormatError.self) {
            try model.fit(changed, to: dataset, file: path, memoryLimit: memory)
        }
        // Those of another subject, of the same path and size.
        let others = try write(responses * 2)
        let foreign = #expect(throws: FormatError.self) {
            try model.fit(features, to: others, file: path, memoryLimit: memory)
        }
        #expect(foreign?.description.contains("responses: /responses, checksum") == true)
        let small = #expect(throws: EncodingError.self) {
            try model.fit(
                features, to: dataset, file: folder.appending(path: "x.h5").path,
                memoryLimit: .megabytes(0.01))
        }
        #expect(small?.description.contains("the memory limit is 0.00 GB") == true)
        let below = #expect(throws: EncodingError.self) {
            try model.fit(
                features, to: dataset, file: folder.appending(path: "z.h5").path,
                memoryLimit: MemoryLimit(bytes: .min))
        }
        #expect(below?.description.contains("the memory limit is -9223372036.85 GB") == true)
        #expect(throws: EncodingError.self) {
            try model.fit(features.rows(0..<59), to: dataset, file: path, memoryLimit: memory)
        }
        var shared = model
        shared.alphaPerVoxel = false
        #expect(throws: EncodingError.self) {
            try shared.fit(
                features, to: dataset, file: folder.appending(path: "y.h5").path, memoryLimit: memory)
        }
        changed[0, 0] = .nan
        #expect(throws: EncodingError.self) {
            try model.fit(
                changed, to: dataset, file: folder.appending(path: "y.h5").path, memoryLimit: memory)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "y.h5").path))
        #expect(throws: FormatError.self) { try RidgeFile.open(dataset.path) }
        try FileManager.default.removeItem(at: folder)
    }
}

/// Responses that remember which voxels were read, and cancel the task that reads them at one of the batches.
private final class RecordingReader: ResponseReader {
    let responses: Matrix<Float>
    let cancelsAt: Int
    var samples: Int { responses.rows }
    var voxels: Int { responses.columns }
    private let read = Mutex<[Range<Int>]>([])
    var ranges: [Range<Int>] { read.withLock { $0 } }

    init(responses: Matrix<Float>, cancelsAt: Int) {
        (self.responses, self.cancelsAt) = (responses, cancelsAt)
    }

    func responses(of voxels: Range<Int>) throws -> Matrix<Float> {
        let count = read.withLock {
            $0.append(voxels)
            return $0.count
        }
        if count == cancelsAt + 1 { withUnsafeCurrentTask { $0?.cancel() } }
        return responses.columns(voxels)
    }
}
