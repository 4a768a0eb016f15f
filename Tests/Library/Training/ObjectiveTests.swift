import Tensors
import Testing
import Training

/// Gradients and losses against PyTorch's autograd and AdamW.
@Suite struct ObjectiveTests {
    /// The largest error over the largest gradient of the tensor.
    private func check(_ state: TrainingState, _ reference: TrainingCase) throws {
        let wanted = try reference.tensors("gradients")
        let found = state.gradientTensors
        #expect(!wanted.isEmpty)
        for (name, gradient) in found {
            guard let right = wanted[name] else {
                // Frozen in both.
                #expect(gradient.elements.allSatisfy { $0 == 0 }, "\(name)")
                continue
            }
            #expect(gradient.shape == right.shape, "\(name)")
            let scale = right.elements.map(abs).max() ?? 0
            let error = zip(gradient.elements, right.elements).map { abs($0 - $1) }.max() ?? .infinity
            // The bias of keys has no gradient but rounding.
            let isNegligible = name.hasSuffix("attention.self.key.bias")
            #expect(isNegligible ? error < 1e-5 : error <= 1e-4 * scale, "\(name): \(error) of \(scale)")
        }
        #expect(Set(wanted.keys).isSubset(of: found.keys))
    }

    private func follow(
        _ reference: TrainingCase, _ state: TrainingState, _ step: (Int) throws -> Float
    ) throws {
        let (losses, norms) = (try reference.numbers("losses"), try reference.numbers("norms"))
        for (number, right) in losses.enumerated() {
            let loss = try step(number % 4)
            #expect(
                abs(loss - right) <= 1e-3 * max(1, abs(right)), "step \(number): \(loss) and not \(right)")
            #expect(abs(state.gradientNorm - norms[number]) <= 1e-2 * norms[number], "step \(number)")
        }
        #expect(state.step == losses.count)
    }

    @Test func inBatch() throws {
        let reference = try TrainingCase("in-batch")
        let trainer = try TrainingCase.inBatch()
        #expect(try trainer.state.adopt(reference.tensors("weights")) == [])
        let loss = try trainer.gradients(images: reference.images(0), texts: reference.texts(0))
        #expect(abs(loss - (try reference.numbers("losses")[0])) < 1e-4)
        try check(trainer.state, reference)
        try follow(reference, trainer.state) {
            try trainer.step(images: reference.images($0), texts: reference.texts($0))
        }
    }

    /// BLAS passes over what it multiplies by 0: the loss was the logarithm of the batch's size, as if all were well.
    @Test func aScaleOfZeroDoesNotHideThatATrainingDiverged() throws {
        let reference = try TrainingCase("in-batch")
        let trainer = try TrainingCase.inBatch()
        var weights = try reference.tensors("weights")
        weights["logit_scale"] = Tensor(shape: [], elements: [-1000])
        try trainer.state.adopt(weights)
        let loss = try trainer.step(images: reference.images(0), texts: reference.texts(0))
        #expect(trainer.scale == 0 && loss.isFinite)
        let name = "imgencoder.learnable.imgFC_vit_0.fc.weight"
        weights[name] = Tensor(shape: [8, 16], elements: [Float](repeating: .nan, count: 128))
        try trainer.state.adopt(weights)
        #expect(try trainer.step(images: reference.images(0), texts: reference.texts(0)).isNaN)
        #expect(trainer.scale.isNaN)
    }

    @Test func queues() throws {
        let reference = try TrainingCase("queues")
        let gradients = try TrainingCase.queues()
        let trainer = try TrainingCase.queues()
        for each in [gradients, trainer] {
            #expect(try each.state.adopt(reference.tensors("weights")) == [])
            try each.adoptQueues(
                images: reference.file.tensor("image_queue"), texts: reference.file.tensor("text_queue"))
        }
        _ = try gradients.gradients(images: reference.images(0), texts: reference.texts(0))
        try check(gradients.state, reference)
        try follow(reference, trainer.state) {
            try trainer.step(images: reference.images($0), texts: reference.texts($0))
        }
    }

    @Test func masked() throws {
        let reference = try TrainingCase("masked")
        let trainer = try TrainingCase.masked()
        #expect(try trainer.state.adopt(reference.tensors("weights")) == [])
        _ = try trainer.gradients(masked: reference.texts(0), targets: reference.targets(0))
        try check(trainer.state, reference)
        try follow(reference, trainer.state) {
            try trainer.step(masked: reference.texts($0), targets: reference.targets($0))
        }
    }

    @Test func views() throws {
        let reference = try TrainingCase("views")
        let trainer = try ViewsTrainer(
            TrainingCase.image(TrainingCase.patches, hasClassToken: true, pooling: .mean, .silu),
            embeddingWidth: 8, options: TrainingCase.options)
        #expect(try trainer.state.adopt(reference.tensors("weights")) == [])
        _ = try trainer.gradients(views: reference.images(0))
        try check(trainer.state, reference)
        try follow(reference, trainer.state) { try trainer.step(views: reference.images($0)) }
    }

    @Test func supervised() throws {
        let reference = try TrainingCase("supervised")
        let stem = [
            ImageTowerConfiguration.Convolution(size: 5, stride: 4, padding: 2, channels: 8),
            ImageTowerConfiguration.Convolution(size: 2, stride: 2, channels: 16),
        ]
        let trainer = try SupervisedTrainer(
            TrainingCase.image(stem, hasClassToken: false, pooling: .mean, .gelu), labels: 5,
            options: TrainingCase.options)
        #expect(try trainer.state.adopt(reference.tensors("weights")) == [])
        _ = try trainer.gradients(images: reference.images(0), labels: reference.labels(0))
        try check(trainer.state, reference)
        try follow(reference, trainer.state) {
            try trainer.step(images: reference.images($0), labels: reference.labels($0))
        }
    }
}
