import Foundation
import FoundationModels
import SmallWorld
import Tensors
import Training

/// Trains brivl-mini and its controls, and writes the folders that `FoundationModel.load` takes.
///
///     swift run -c release TrainMini FOLDER [--scale 1] [--part model|supervised|masked|views]
///
/// Checkpoints lie in FOLDER/checkpoints: a training that was interrupted goes on from there. `--scale` multiplies the
/// steps of all parts; `--part` makes one of the models, so that several processes can share the work once the towers'
/// own start (which `model` makes) is there.
@main
struct TrainMini {
    let folder: URL
    let scale: Double
    let world = SmallWorld(seed: 2022)
    let masking = MaskedLanguageTrainer.Masking(mask: 4, firstWord: 5)
    /// Where the scenes of the second part begin, which the first has not seen.
    let begin = 10_000

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2, !arguments[1].hasPrefix("-") else {
            print("TrainMini FOLDER [--scale 1] [--part model|supervised|masked|views]")
            exit(2)
        }
        func option(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
        }
        let command = TrainMini(
            folder: URL(fileURLWithPath: arguments[1]), scale: option("--scale").flatMap(Double.init) ?? 1)
        try FileManager.default.createDirectory(at: command.checkpoints, withIntermediateDirectories: true)
        let part = option("--part")
        if part == nil || part == "model" { try command.trainModel() }
        if part == nil || part == "supervised" { try command.trainSupervised() }
        if part == nil || part == "masked" { try command.trainMasked() }
        if part == nil || part == "views" { try command.trainViews() }
    }

    private init(folder: URL, scale: Double) {
        self.folder = folder
        self.scale = scale
    }

    private var checkpoints: URL { folder.appending(path: "checkpoints") }
    private var plain: Batches { Batches(world: world, size: 128, twinShare: 0) }

    private func steps(_ count: Int) -> Int { max(20, Int(Double(count) * scale)) }

    private func options(_ steps: Int, seed: UInt64) -> TrainingOptions {
        TrainingOptions(
            schedule: TrainingSchedule(peak: 1e-3, warmUp: min(200, steps / 5), steps: steps), seed: seed)
    }

    /// The image tower alone, by the labels of what is there.
    private func imageStart() throws -> SupervisedTrainer {
        let count = steps(2400)
        let trainer = try SupervisedTrainer(Mini.image, labels: 16, options: options(count, seed: 1))
        try train("supervised-start", count, trainer.state) { step in
            let scenes = plain.scenes(step)
            return try trainer.step(images: Batches.images(scenes), labels: Batches.labels(scenes))
        }
        return trainer
    }

    /// The text tower alone, by hidden words.
    private func textStart() throws -> MaskedLanguageTrainer {
        let count = steps(1200)
        let trainer = try MaskedLanguageTrainer(Mini.text, masking: masking, options: options(count, seed: 2))
        try train("masked-start", count, trainer.state) { step in
            try trainer.step(texts: Batches.texts(plain.scenes(step), wording: 1))
        }
        return trainer
    }

    /// Both together, from there; says what came of it.
    private func trainModel() throws {
        let count = steps(3000)
        let (image, text) = (try imageStart(), try textStart())
        let trainer = try ContrastiveTrainer(Mini.both, options: options(count, seed: 3))
        try trainer.state.adopt(image.state.tensors.merging(text.state.tensors) { first, _ in first })
        let pairs = Batches(world: world, size: 128)
        try train("contrastive", count, trainer.state) { step in
            let scenes = pairs.scenes(begin + step)
            return try trainer.step(
                images: Batches.images(scenes), texts: Batches.texts(scenes, wording: 2))
        }
        let target = folder.appending(path: "brivl-mini")
        func write(_ card: [String: String]) throws {
            try trainer.writeModel(
                to: target, vocabulary: SmallWorld.vocabulary, precision: .float16, card: card)
        }
        try write([:])
        let evaluation = Evaluation(model: try FoundationModel.load(target), world: world)
        var card: [String: String] = [:]
        for (number, (name, value)) in try evaluation.results().enumerated() {
            print(name, value)
            card["card.\(number).\(name)"] = "\(Double(Int((1000 * value).rounded())) / 10) %"
        }
        try write(card)
    }

    // The controls: from the same start, for as much further processor time. A step of one tower takes less.

    private func trainSupervised() throws {
        let count = steps(4400)
        let trainer = try SupervisedTrainer(Mini.image, labels: 16, options: options(count, seed: 4))
        try trainer.state.adopt(imageStart().state.tensors)
        try train("supervised-further", count, trainer.state) { step in
            let scenes = plain.scenes(begin + step)
            return try trainer.step(images: Batches.images(scenes), labels: Batches.labels(scenes))
        }
        try trainer.writeModel(to: folder.appending(path: "brivl-mini-supervised"), precision: .float16)
    }

    private func trainMasked() throws {
        let count = steps(9000)
        let trainer = try MaskedLanguageTrainer(Mini.text, masking: masking, options: options(count, seed: 5))
        try trainer.state.adopt(textStart().state.tensors)
        try train("masked-further", count, trainer.state) { step in
            try trainer.step(texts: Batches.texts(plain.scenes(begin + step), wording: 2))
        }
        try trainer.writeModel(
            to: folder.appending(path: "brivl-mini-masked"), vocabulary: SmallWorld.vocabulary,
            precision: .float16)
    }

    private func trainViews() throws {
        let count = steps(2400) + steps(4400)
        let half = Batches(world: world, size: 64, twinShare: 0)
        let trainer = try ViewsTrainer(Mini.image, embeddingWidth: 128, options: options(count, seed: 6))
        try train("views", count, trainer.state) { step in
            try trainer.step(views: Views.of(Batches.images(half.scenes(step)), step: step))
        }
        try trainer.writeModel(to: folder.appending(path: "brivl-mini-simclr"), precision: .float16)
    }

    /// Takes the steps of one part; goes on from its checkpoint if there is one.
    private func train(
        _ name: String, _ count: Int, _ state: TrainingState, _ step: (Int) throws -> Float
    ) throws {
        let file = checkpoints.appending(path: name + ".safetensors")
        if FileManager.default.fileExists(atPath: file.path) { try state.resume(from: file) }
        var (sum, number) = (Float(0), 0)
        let (wall, processor, first) = (Date(), clock(), state.step)
        while state.step < count {
            sum += try step(state.step)
            number += 1
            guard state.step % 100 == 0 || state.step == count else { continue }
            let seconds = Date().timeIntervalSince(wall)
            print(
                "\(name) \(state.step)/\(count) loss \(sum / Float(number)) norm \(state.gradientNorm) "
                    + "\(Int(seconds)) s, processor \((clock() - processor) / 1_000_000) s, "
                    + "\(Int(1000 * seconds / Double(state.step - first))) ms a step")
            fflush(nil)
            (sum, number) = (0, 0)
            if state.step % 500 == 0 || state.step == count { try state.write(to: file) }
        }
    }
}
