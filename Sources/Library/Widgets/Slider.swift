import Comms
import Foundation
import JSON

/// A number that sliders and progress bars count in: `Int` or `Double`.
public protocol WidgetNumber: Comparable, Sendable {
    /// The front end's name for it (`Int`, `Float`).
    static var widgetName: String { get }
    /// The number in JSON; nil if it is none.
    ///
    /// - Parameter json: a value of the front end's model.
    init?(_ json: JSON)
    var json: JSON { get }
    /// A step by which a range is passed in a convenient number of moves.
    static func step(through range: ClosedRange<Self>) -> Self
}

extension Int: WidgetNumber {
    public static var widgetName: String { "Int" }
    /// The number in JSON; nil if it is none, or not whole.
    ///
    /// - Parameter json: a value of the front end's model.
    public init?(_ json: JSON) {
        guard let value = json.int else { return nil }
        self = value
    }
    public var json: JSON { .integer(self) }
    public static func step(through range: ClosedRange<Int>) -> Int { 1 }
}

extension Double: WidgetNumber {
    public static var widgetName: String { "Float" }
    /// The number in JSON; nil if it is none.
    ///
    /// - Parameter json: a value of the front end's model.
    public init?(_ json: JSON) {
        guard let value = json.double else { return nil }
        self = value
    }
    public var json: JSON { .number(self) }

    /// 1, 2 or 5 times a power of ten, a hundredth of the range at most.
    public static func step(through range: ClosedRange<Double>) -> Double {
        let wanted = (range.upperBound - range.lowerBound) / 100
        guard wanted > 0, wanted.isFinite else { return 0.1 }
        let power = pow(10, floor(log10(wanted)))
        return [5, 2, 1].map { $0 * power }.first { $0 <= wanted * 1.0001 } ?? power
    }
}

extension ClosedRange where Bound: WidgetNumber {
    /// The number in the range that is nearest; the lower bound for NaN, of which a front end knows nothing.
    func clamp(_ value: Bound) -> Bound { value >= lowerBound ? Swift.min(value, upperBound) : lowerBound }

    /// Stops at a bound or step that is infinite, of which a front end knows nothing. Controls do not throw;
    /// `Choices.values` says why.
    func requireFinite(_ what: String, step: Bound? = nil) {
        if [lowerBound, upperBound].contains(where: { $0.json.double?.isFinite != true }) {
            fatalError("\(what) needs finite bounds, not \(self)")
        }
        if let step, step.json.double?.isFinite != true {
            fatalError("\(what) needs a finite step, not \(step)")
        }
    }
}

/// A number chosen by a slider (ipywidgets' IntSlider and FloatSlider).
///
/// ```swift
/// let layer = Slider("layer", 0...11)
/// let mix = Slider("mix", 0...1.0, value: 0.5)
/// ```
public final class Slider<Value: WidgetNumber>: InputWidget {
    public let model: WidgetModel
    /// The numbers that can be chosen.
    public let range: ClosedRange<Value>

    /// A slider that begins at `value`, or at the lower bound; stops if a bound or the step is infinite.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - range: the least and the greatest number.
    ///   - value: the number at first; nil for the lower bound.
    ///   - step: from one number to the next; nil for one that suits the range.
    public init(_ label: String = "", _ range: ClosedRange<Value>, value: Value? = nil, step: Value? = nil) {
        range.requireFinite("a slider", step: step)
        self.range = range
        model = WidgetModel(
            "\(Value.widgetName)Slider", style: "SliderStyle", label: label,
            [
                "min": range.lowerBound.json, "max": range.upperBound.json,
                "step": (step ?? Value.step(through: range)).json,
                "value": range.clamp(value ?? range.lowerBound).json, "orientation": "horizontal",
                "readout": true, "readout_format": Value.self == Int.self ? "d" : ".4~g",
                "continuous_update": true, "disabled": false, "behavior": "drag-tap",
            ])
    }

    public var value: Value {
        get { range.clamp(Value(model["value"]) ?? range.lowerBound) }
        set { model["value"] = range.clamp(newValue).json }
    }

    public var description: String {
        "\(label.isEmpty ? "" : label + ": ")\(value) [\(range.lowerBound) … \(range.upperBound)]"
    }
}

/// A range of numbers chosen by a slider with two handles (ipywidgets' IntRangeSlider and FloatRangeSlider).
public final class RangeSlider<Bound: WidgetNumber>: InputWidget {
    public let model: WidgetModel
    /// The numbers within which a range can be chosen.
    public let range: ClosedRange<Bound>

    /// A slider that begins at `value`, or at the whole range; stops if a bound or the step is infinite.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - range: the least and the greatest number.
    ///   - value: the range at first; nil for the whole.
    ///   - step: from one number to the next; nil for one that suits the range.
    public init(
        _ label: String = "", _ range: ClosedRange<Bound>, value: ClosedRange<Bound>? = nil,
        step: Bound? = nil
    ) {
        range.requireFinite("a slider", step: step)
        self.range = range
        let value = (value ?? range).clamped(to: range)
        model = WidgetModel(
            "\(Bound.widgetName)RangeSlider", style: "SliderStyle", label: label,
            [
                "min": range.lowerBound.json, "max": range.upperBound.json,
                "step": (step ?? Bound.step(through: range)).json,
                "value": [value.lowerBound.json, value.upperBound.json], "orientation": "horizontal",
                "readout": true, "readout_format": Bound.self == Int.self ? "d" : ".4~g",
                "continuous_update": true, "disabled": false, "behavior": "drag-tap",
            ])
    }

    public var value: ClosedRange<Bound> {
        get {
            guard let lower = model["value"][0].flatMap(Bound.init),
                let upper = model["value"][1].flatMap(Bound.init),
                lower <= upper
            else { return range }
            return (lower...upper).clamped(to: range)
        }
        set {
            let value = newValue.clamped(to: range)
            model["value"] = [value.lowerBound.json, value.upperBound.json]
        }
    }

    public var description: String {
        let bounds = "\(value.lowerBound) … \(value.upperBound)"
        return "\(label.isEmpty ? "" : label + ": ")\(bounds) [\(range.lowerBound) … \(range.upperBound)]"
    }
}

/// A positive number chosen by a slider on a logarithmic scale (ipywidgets' FloatLogSlider).
///
/// ```swift
/// let alpha = LogSlider("alpha", 1e-1...1e5)
/// ```
public final class LogSlider: InputWidget {
    public let model: WidgetModel
    public let range: ClosedRange<Double>

    /// A slider of `steps` steps to a factor of ten; stops, as an empty `Dropdown` does, unless all numbers are positive.
    ///
    /// - Parameters:
    ///   - label: the text beside the control; empty for none.
    ///   - range: the least and the greatest number, both above zero.
    ///   - value: the number at first; nil for the lower bound.
    ///   - steps: how many steps there are to a factor of ten.
    public init(_ label: String = "", _ range: ClosedRange<Double>, value: Double? = nil, steps: Int = 10) {
        // Controls do not throw; `Choices.values` says why.
        if !(range.lowerBound > 0 && range.upperBound.isFinite) {
            fatalError("a logarithmic slider needs positive numbers, not \(range)")
        }
        if steps < 1 {
            fatalError("a logarithmic slider needs a step at least to a factor of ten, not \(steps)")
        }
        self.range = range
        model = WidgetModel(
            "FloatLogSlider", style: "SliderStyle", label: label,
            [
                "base": 10, "min": .number(log10(range.lowerBound)), "max": .number(log10(range.upperBound)),
                "step": .number(1 / Double(steps)), "value": .number(range.clamp(value ?? range.lowerBound)),
                "orientation": "horizontal", "readout": true, "readout_format": ".3~g",
                "continuous_update": true, "disabled": false, "behavior": "drag-tap",
            ])
    }

    public var value: Double {
        get { range.clamp(model["value"].double ?? range.lowerBound) }
        set { model["value"] = .number(range.clamp(newValue)) }
    }

    public var description: String {
        "\(label.isEmpty ? "" : label + ": ")\(value) [\(range.lowerBound) … \(range.upperBound)]"
    }
}
