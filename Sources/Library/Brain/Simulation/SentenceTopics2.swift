/// The second half of the sentences that a simulated subject reads: twelve topics of sixteen sentences each.
let sentenceTopics2: [(topic: String, sentences: String)] = [
    (
        "buildings",
        """
        The tower leans slightly toward the square.
        Workers demolished the old cinema in two days.
        Stone arches support the roof of the chapel.
        A crane lifted the beams to the tenth floor.
        The staircase creaks on the third step.
        The architect designed a house without corridors.
        Ivy covers the northern wall of the mansion.
        The lift has been out of order since Monday.
        Their flat has high ceilings and large windows.
        The bridge was closed because of rusty cables.
        A lighthouse marks the entrance to the harbour.
        The cellar floods every time it rains.
        Bricks were made from clay dug beside the river.
        The museum hides behind a plain concrete wall.
        They painted the front door dark blue.
        The castle was rebuilt after the fire of 1723.
        """
    ),
    (
        "machines",
        """
        The engine started on the second attempt.
        A robot arm welds the doors onto the cars.
        The washing machine stopped in the middle of the cycle.
        He oiled the chain and tightened the brakes.
        The factory produces eighty tractors a day.
        A pump forces water through the narrow pipe.
        The printer jams whenever the paper is damp.
        Steam engines changed the way people worked.
        The mechanic replaced the worn clutch.
        Her watch loses five minutes every week.
        The drill made a deafening noise.
        Windmills once drained the land behind the dikes.
        The conveyor belt carries parcels to the lorries.
        A loose screw rattled inside the fan.
        The submarine can stay under water for months.
        He built a radio from spare parts.
        """
    ),
    (
        "computers",
        """
        The program crashed before she could save her work.
        A virus locked every file on the server.
        He typed his password three times without success.
        The new phone recognises the face of its owner.
        Engineers trained the network on millions of pictures.
        The website was down for most of the morning.
        She wrote a script that sorts the photographs by date.
        The screen flickered and then went black.
        Search engines rank pages by the links between them.
        An old bug in the code caused the error.
        The keyboard is missing the letter Q.
        They store their data in a centre near the Arctic Circle.
        The chess computer considered every possible move.
        Someone sent the message to the wrong address.
        The video stopped loading halfway through.
        He taught his grandmother how to use the tablet.
        """
    ),
    (
        "history",
        """
        The queen was crowned at the age of eleven.
        Roman soldiers built a wall across the island.
        The revolution began with a shortage of bread.
        Archaeologists found coins under the floor of the temple.
        The empire lost its richest province in the war.
        Merchants brought silk and spices from the east.
        The plague killed a third of the population.
        Explorers drew maps of the unknown coast.
        The emperor ordered a canal between the two rivers.
        Monks copied the manuscript by candlelight.
        The treaty ended thirty years of fighting.
        Slaves worked the silver mines day and night.
        The city was buried under volcanic ash.
        A printer published the pamphlet in secret.
        The last king fled across the border in disguise.
        Vikings crossed the ocean in open boats.
        """
    ),
    (
        "plants",
        """
        The roses need pruning before the spring.
        Moss grows on the shaded side of the roof.
        The oak was planted two hundred years ago.
        Tomatoes ripen faster on a sunny windowsill.
        Seeds drift on the wind and settle in the cracks.
        The gardener watered the seedlings at dawn.
        Cactuses store water in their thick stems.
        Apple blossom covered the lawn like snow.
        The farmer harvested the wheat before the rain.
        Roots had lifted the stones of the pavement.
        Mushrooms appeared overnight beneath the birches.
        Bamboo can grow almost a metre in a day.
        The orchid flowers only once a year.
        Autumn leaves blocked the drain.
        She dried lavender and hung it in the wardrobe.
        The forest is recovering slowly after the fire.
        """
    ),
    (
        "sea",
        """
        The fishermen mended their nets on the quay.
        A whale surfaced close to the small boat.
        The tide uncovered a bank of black mussels.
        Waves broke over the wall of the harbour.
        The captain ordered the crew to lower the sails.
        Divers explored the wreck of a wooden ship.
        Coral reefs shelter thousands of species.
        The anchor caught on a cable on the seabed.
        Gulls followed the trawler back to port.
        The beach was covered with driftwood and shells.
        A current carried the swimmers away from the shore.
        The island can be reached on foot at low tide.
        Sailors once feared the silence before a storm.
        Jellyfish drifted past the glass bottom of the boat.
        The deep ocean is colder than any winter lake.
        Salt had crusted on the ropes and the railings.
        """
    ),
    (
        "feelings",
        """
        She was ashamed of the lie that she had told.
        He felt a sudden joy at the sight of the sea.
        Fear kept the boy awake until morning.
        They were too proud to ask for help.
        The news filled everyone with sadness.
        Her anger faded as quickly as it had come.
        He envied his friend's easy confidence.
        A feeling of calm settled over the room.
        The loneliness of the city surprised him.
        She laughed until tears ran down her cheeks.
        Nobody noticed how nervous the speaker was.
        He regretted the letter as soon as he had sent it.
        The children could hardly hide their excitement.
        Trust is easily lost and slowly regained.
        She forgave him, but she did not forget.
        Boredom drove the soldiers to play endless games of cards.
        """
    ),
    (
        "ideas",
        """
        Freedom means little without the courage to use it.
        The theory explains why prices rise after a bad harvest.
        Some philosophers doubt that the past exists.
        Beauty is difficult to define but easy to recognise.
        Every rule has an exception, except perhaps this one.
        The proof depends on a single simple assumption.
        Justice requires that similar cases be treated alike.
        Time seems to pass more quickly as we grow older.
        A good question is often worth more than an answer.
        Language shapes the way in which we describe colours.
        The idea was ignored for fifty years.
        Probability tells us how strongly to believe something.
        No experiment can prove that a law will always hold.
        Memory is less like a film than like a story retold.
        The meaning of a word depends on its neighbours.
        Infinity is not a number in the usual sense.
        """
    ),
    (
        "work",
        """
        The meeting lasted longer than anyone had planned.
        She resigned from her job on a Monday morning.
        The new manager shook hands with every employee.
        He works night shifts at the bakery.
        The office smells of coffee and fresh paint.
        Two hundred people applied for the position.
        The union called for a strike over safety.
        She answered the phone with a tired voice.
        The carpenter measured the plank twice.
        His desk was buried under unopened letters.
        The team finished the project a week early.
        The plumber arrived four hours late.
        Interns are paid very little for long days.
        She interviewed the mayor for the local paper.
        The contract expires at the end of the month.
        He dreams of opening his own bookshop.
        """
    ),
    (
        "clothes",
        """
        She wore a red coat and a hat with a feather.
        His shoes were too tight for a long walk.
        The tailor shortened the sleeves by an inch.
        A button fell off and rolled under the sofa.
        The wool scarf scratched her neck.
        He ironed his shirt before the interview.
        The dress was made of pale green silk.
        Their uniforms were grey and badly cut.
        She knitted socks for all her nephews.
        The raincoat hung dripping in the hallway.
        He lost one glove on the train.
        The zip on the tent jacket is broken.
        Children tried on their mother's high heels.
        The bride's veil was longer than the aisle.
        Moths had eaten holes in the jumper.
        A leather belt held up his worn trousers.
        """
    ),
    (
        "numbers and measures",
        """
        The box holds twelve rows of eight bottles.
        The river is nearly two kilometres wide at its mouth.
        Half of the seats were empty.
        Water freezes at zero degrees Celsius.
        The twins were born eleven minutes apart.
        The tallest tree in the park measures forty metres.
        A dozen eggs weigh about seven hundred grams.
        The population has doubled in twenty years.
        Three of the five candidates withdrew.
        The journey takes an hour and a quarter.
        He ran the hundred metres in eleven seconds.
        The tank contains sixty litres of diesel.
        One in ten people is left-handed.
        The bill came to exactly fifty pounds.
        The lake is deepest near the eastern shore.
        Nine out of ten visitors return the following year.
        """
    ),
    (
        "places and things at home",
        """
        The keys were lying under a pile of newspapers.
        A narrow path leads from the gate to the well.
        The lamp on the desk has a cracked shade.
        Dust covered the books on the highest shelf.
        The kitchen window faces a brick wall.
        An umbrella stood open in the bath.
        The carpet hides a stain beside the bed.
        Someone left a bicycle leaning against the fence.
        The mirror in the hall makes everyone look thinner.
        A broken vase lay in pieces on the floor.
        The drawer sticks when the weather is damp.
        Photographs of strangers hung above the fireplace.
        The clock in the living room has stopped at noon.
        A pile of firewood dried behind the shed.
        The sofa was too wide for the front door.
        Candles burned down on the long wooden table.
        """
    ),
]
