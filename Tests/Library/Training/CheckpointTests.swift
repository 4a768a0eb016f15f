import Formats
import Foundation
import FoundationModels
import Tensors
import Testing
import Training

/// An interrupted training, and batches that make one step.
@Suite struct CheckpointTests {
    private func withFile(_ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }

    @Test func theWarmUpOfFewStepsEndsAtThePeak() {
        #expect(TrainingSchedule(steps: 1000).warmUp == 200 && TrainingSchedule(steps: 100).warmUp == 100)
        #expect(TrainingSchedule(peak: 0.5, steps: 100).rate(at: 99) == 0.5)
        #expect(TrainingSchedule(warmUp: 150, steps: 100).warmUp == 150)
    }

    /// A schedule is refused where it is trained with, and is looked at before.
    @Test func aScheduleWithoutAMeaningHasRates() {
        #expect(TrainingSchedule(peak: 1, warmUp: 5, steps: .min, final: 0.25).rate(at: 10) == 0.25)
        #expect(TrainingSchedule(peak: 1, warmUp: .min, steps: 10, final: 0.25).rate(at: .max) == 0.25)
    }

    @Test(arguments: [false, true])
    func resumedTrainingReachesTheSameWeights(hasQueues: Bool) throws {
        let reference = try TrainingCase(hasQueues ? "queues" : "in-batch")
        func make() throws -> ContrastiveTrainer {
            hasQueues ? try TrainingCase.queues() : try TrainingCase.inBatch()
        }
        func train(_ trainer: ContrastiveTrainer, _ steps: Range<Int>) throws {
            for step in steps {
                try trainer.step(images: reference.images(step % 4), texts: reference.texts(step % 4))
            }
        }
        let whole = try make()
        try train(whole, 0..<9)
        try withFile { file in
            let first = try make()
            try train(first, 0..<5)
            try first.state.write(to: file)
            var other = TrainingCase.options
            other.seed = 77
            let second = try make()
            try train(second, 0..<1)
            try second.state.resume(from: file)
            #expect(second.state.step == 5)
            try train(second, 5..<9)
            #expect(second.state.tensors == whole.state.tensors)
            // Of other options it is another training.
            let stranger = hasQueues ? try TrainingCase.queues(other) : try TrainingCase.inBatch(other)
            #expect(throws: TrainingError.self) { try stranger.state.resume(from: file) }
        }
    }

    @Test func maskedTrainingGoesOnWithTheSameMasks() throws {
        let reference = try TrainingCase("masked")
        let whole = try TrainingCase.masked()
        for step in 0..<6 { try whole.step(texts: reference.texts(step % 4)) }
        try withFile { file in
            let first = try TrainingCase.masked()
            for step in 0..<3 { try first.step(texts: reference.texts(step % 4)) }
            try first.state.write(to: file)
            let second = try TrainingCase.masked()
            try second.state.resume(from: file)
            for step in 3..<6 { try second.step(texts: reference.texts(step % 4)) }
            #expect(second.state.tensors == whole.state.tensors)
        }
    }

    /// Batches of several sizes, all of which divide the queues' length, are written around the queues' end.
    @Test func queuesGoOnAtTheirBeginning() throws {
        let reference = try TrainingCase("queues")
        let trainer = try TrainingCase.queues()
        let pixels = try reference.images(0).pixels
        func step(_ count: Int) throws {
            try trainer.step(
                images: ImageBatch(side: 16, pixels: Array(pixels.prefix(count * 768))),
                texts: TokenBatch((0..<count).map { [1, Int32(5 + $0)] }))
        }
        func saved() throws -> (place: String?, keys: [[Float]]) {
            var result: (place: String?, keys: [[Float]]) = (nil, [])
            try withFile { path in
                try trainer.state.write(to: path)
                let file = try Safetensors.open(path)
                let keys: [Float] = try file.tensor("queue.texts").elements
                result = (file.metadata["queue"], (0..<12).map { Array(keys[$0 * 8..<($0 + 1) * 8]) })
            }
            return result
        }
        try step(4)
        try step(6)
        let before = try saved()
        #expect(before.place == "10")
        try step(6)
        let after = try saved()
        #expect(after.place == "4")
        let changed = (0..<12).filter { before.keys[$0] != after.keys[$0] }
        #expect(changed == [0, 1, 2, 3, 10, 11])
    }

    @Test func aResumedTrainingForgetsBatchesThatWaited() throws {
        let reference = try TrainingCase("in-batch")
        var options = TrainingCase.options
        options.accumulation = 2
        try withFile { file in
            let whole = try TrainingCase.inBatch(options)
            try whole.state.write(to: file)
            let other = try TrainingCase.inBatch(options)
            try other.step(images: reference.images(3), texts: reference.texts(3))
            try other.state.resume(from: file)
            for trainer in [whole, other] {
                for batch in 0..<2 {
                    try trainer.step(images: reference.images(batch), texts: reference.texts(batch))
                }
            }
            #expect(other.state.step == 1)
            #expect(other.state.tensors == whole.state.tensors)
        }
    }

    @Test func anotherModelsTrainingIsRefused() throws {
        let (one, other) = (try TrainingCase.inBatch(), try TrainingCase.queues())
        try withFile { file in
            try one.state.write(to: file)
            #expect(throws: TrainingError.self) { try other.state.resume(from: file) }
        }
    }

    @Test func whatNoShapeTellsIsComparedToo() throws {
        try withFile { file in
            let trainer = try TrainingCase.masked()
            try trainer.state.write(to: file)
            var tower = trainer.tower
            tower.transformer.heads = 2
            let more = try MaskedLanguageTrainer(
                tower, masking: trainer.masking, options: TrainingCase.options)
            let error = #expect(throws: TrainingError.self) { try more.state.resume(from: file) }
            #expect(error?.description.contains("heads 1") == true)
            let less = try MaskedLanguageTrainer(
                trainer.tower, masking: .init(mask: 4, firstWord: 5, share: 0.1),
                options: TrainingCase.options)
            #expect(throws: TrainingError.self) { try less.state.resume(from: file) }
            try TrainingCase.masked().state.resume(from: file)
        }
    }

    @Test func weightsOfWhichOneDoesNotFitAreNotTaken() throws {
        let trainer = try TrainingCase.masked()
        let before = trainer.state.tensors
        for name in before.keys.sorted() {
            var others = before.mapValues { tensor in
                Tensor<Float>(shape: tensor.shape) { $0.initialize(repeating: 7) }
            }
            others[name] = Tensor<Float>(shape: [3, 3, 3])
            let error = #expect(throws: TrainingError.self) { try trainer.state.adopt(others) }
            #expect(error?.description.contains("[3, 3, 3]") == true)
            #expect(trainer.state.tensors == before)
        }
    }

    @Test func batchesOfOneStepAreAveraged() throws {
        let reference = try TrainingCase("in-batch")
        var options = TrainingCase.options
        options.accumulation = 2
        let trainer = try TrainingCase.inBatch(options)
        let before = trainer.state.tensors
        try trainer.step(images: reference.images(0), texts: reference.texts(0))
        #expect(trainer.state.tensors == before)
        #expect(trainer.state.step == 0)
        #expect(throws: TrainingError.self) { try trainer.state.write(to: "/tmp/unused.safetensors") }
        try trainer.step(images: reference.images(0), texts: reference.texts(0))
        #expect(trainer.state.step == 1)
        // Twice the same batch is the step of that batch alone.
        let single = try TrainingCase.inBatch()
        try single.step(images: reference.images(0), texts: reference.texts(0))
        for (name, tensor) in single.state.tensors {
            for (a, b) in zip(tensor.elements, trainer.state.tensors[name]?.elements ?? []) {
                #expect(abs(a - b) < 1e-5, "\(name)")
            }
        }
    }

    @Test func partsGiveTheSameGradients() throws {
        let reference = try TrainingCase("in-batch")
        var all: [[String: Tensor<Float>]] = []
        for parts in [1, 2, 4, 7] {
            var options = TrainingCase.options
            options.parts = parts
            let trainer = try TrainingCase.inBatch(options)
            _ = try trainer.gradients(images: reference.images(0), texts: reference.texts(0))
            all.append(trainer.state.gradientTensors)
        }
        for other in all.dropFirst() {
            for (name, gradient) in all[0] where !name.hasSuffix("key.bias") {
                let scale = gradient.elements.map(abs).max() ?? 0
                for (a, b) in zip(gradient.elements, other[name]?.elements ?? []) {
                    #expect(abs(a - b) <= 1e-4 * scale, "\(name)")
                }
            }
        }
    }

    @Test func whatCannotBeWrittenIsNamed() throws {
        let trainer = try TrainingCase.inBatch()
        let words = ["[UNK]", "[CLS]", "[SEP]"] + (3..<20).map { "w\($0)" }
        let nowhere = "/none/run/x.safetensors"
        let file = #expect(throws: FormatError.self) { try trainer.state.write(to: nowhere) }
        #expect(file?.description == "\(nowhere): cannot be written: No such file or directory")
        try withFile { file in
            try Data([1]).write(to: URL(fileURLWithPath: file))
            let folder = #expect(throws: FormatError.self) {
                try trainer.writeModel(to: file + "/model", vocabulary: words)
            }
            #expect(folder?.description == "\(file)/model: cannot be made: Not a directory")
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let reference = try TrainingCase("in-batch")
        let trainer = try TrainingCase.inBatch()
        let images = try reference.images(0)
        func fails(_ texts: [[Int32]]) throws -> Bool {
            do { try trainer.step(images: images, texts: TokenBatch(texts)) } catch is TrainingError {
                return true
            }
            return false
        }
        #expect(try fails(Array(repeating: [1, 2], count: 5)))
        #expect(try fails(Array(repeating: [1, 20], count: 6)))
        #expect(try fails(Array(repeating: [-1], count: 6)))
        #expect(try fails(Array(repeating: Array(repeating: 1, count: 10), count: 6)))
        #expect(throws: TrainingError.self) { try TokenBatch([[1], []]) }
        let none = #expect(throws: TrainingError.self) { try ImageBatch([RGBImage]()) }
        #expect(none?.description == "a batch needs an image at least")
        let classifier = try SupervisedTrainer(
            TrainingCase.image(TrainingCase.patches, hasClassToken: false, pooling: .mean, .gelu), labels: 2,
            options: TrainingCase.options)
        let pictures = try ImageBatch(side: 16, pixels: [UInt8](repeating: 9, count: 2 * 16 * 16 * 3))
        let label = #expect(throws: TrainingError.self) {
            try classifier.step(images: pictures, labels: [0, 1, 0.5, .nan])
        }
        #expect(label?.description == "labels are from 0 to 1; label 1 of image 1 is nan")
        for side in [16, 0, -1, 1 << 40] {
            #expect(throws: TrainingError.self) { try ImageBatch(side: side, pixels: [1, 2, 3]) }
        }
        var options = TrainingCase.options
        options.clipNorm = 0
        #expect(throws: TrainingError.self) { try TrainingCase.inBatch(options) }
        options = TrainingCase.options
        options.weightDecay = .infinity
        #expect(throws: TrainingError.self) { try TrainingCase.inBatch(options) }
        options = TrainingCase.options
        options.schedule = TrainingSchedule(warmUp: 21, steps: 20)
        let endless = #expect(throws: TrainingError.self) { try TrainingCase.inBatch(options) }
        #expect(endless.map { "\($0)".contains("warm-up of 21") } == true)
        for vocabulary in [-1, 0, 1 << 40] {
            let tower = TextTowerConfiguration(
                vocabulary: vocabulary, positions: 9,
                transformer: TrainingCase.transformer(.gelu, epsilon: 1e-12, normOrder: .after))
            #expect(throws: TrainingError.self) {
                try MaskedLanguageTrainer(
                    tower, masking: .init(mask: 4, firstWord: 5), options: TrainingCase.options)
            }
        }
        let blocks = TrainingCase.transformer(.gelu, epsilon: 1e-6, normOrder: .before)
        var deep = blocks
        deep.depth = .max
        var wide = blocks
        wide.feedForwardWidth = .max
        let patches = ImageTowerConfiguration.Convolution(size: 8, stride: 8, channels: 16)
        let window = ImageTowerConfiguration.Convolution(
            size: .max, stride: 1, padding: .max - 1, channels: 16)
        // Nothing overflows, and no memory is asked for that is not there.
        for (side, convolution, blocks, width) in [
            (Int.max, patches, blocks, 8), (-8, patches, blocks, 8), (16, window, blocks, 8),
            (16, patches, deep, 8), (16, patches, wide, 8), (16, patches, blocks, Int.max),
        ] {
            let tower = ImageTowerConfiguration(
                imageSize: side, stem: [convolution], transformer: blocks)
            #expect(throws: TrainingError.self) {
                try ViewsTrainer(tower, embeddingWidth: width, options: TrainingCase.options)
            }
        }
        let long = TextTowerConfiguration(
            vocabulary: 100_000, positions: 50_000,
            transformer: TrainingCase.transformer(.gelu, epsilon: 1e-12, normOrder: .after))
        let masked = try MaskedLanguageTrainer(
            long, masking: .init(mask: 4, firstWord: 5), options: TrainingCase.options)
        let full = #expect(throws: TrainingError.self) {
            try masked.step(texts: TokenBatch(Array(repeating: [7, 8], count: 1000)))
        }
        #expect(full?.description.contains("1000 texts at a time take") == true)
        let queues = try TrainingCase.queues()
        let few = try ImageBatch(side: 16, pixels: Array(images.pixels.prefix(5 * 768)))
        #expect(throws: TrainingError.self) {
            try queues.step(images: few, texts: TokenBatch(Array(repeating: [1], count: 5)))
        }
    }
}
