"""The words that common passwords are made of, lower case."""

from __future__ import annotations

_WORDS = """
abc abcd access adam admin administrator alex alexander alexandra alexis always amanda amazon america american amor
amour amy andrea andrew android angel anna anthony anything apple april arsenal asd asdf asdfgh ashley asshole
assistant audi august austin autumn awesome azerty azertyuiop baby babygirl backup bacon banana bandit bank barbara
barcelona baseball basketball batman battery bayern beach bear beatles beer believe benjamin berlin best bird bitch
black blessed blink blue bmw bonjour boss boston boxing boy brandon brasil brazil brian brother brown buddy bullshit
bunny business buster butter butterfly california camaro canada candy captain carlos carol cat cats champ champion
change changeme charles charlie cheese chelsea cherry chicago chicken chief children china chocolat chocolate chris
christ christian christina christine christopher cobra cocacola coffee coke college company company1 computer
contrasena cookie cool copper correct correcthorse corvette cowboys crazy cricket crystal cyber cynthia dad daddy
daisy dallas daniel danielle david debbie december default demo demon dennis denver devil diablo diamond diana dick
doctor dog dogs dollar dolphin donald dragon driver drummer ducati eagle eagles earth edc edward elizabeth elvis
emerald emily eminem england enter eric estrella evening facebook faith falcon family father february ferrari fire
fireman florida flower flowers football football1 forest forever fortnite france frank freedom friday friend friends
friendship frodo fruehling fuck fucking fuckyou funny fussball gabriel game gamer games gandalf garden geheim
geheimnis genesis george germany ginger girl god gold golf good goodbye google grandma gray great green grey guest
guitar hack hacker hallo hamburg hannah happy harley hawk heather heaven helen hell hello helloworld henry herbst hero
hobbit hockey hola honda honey hope horse hot houston hulk hunter ice iloveyou india instagram internet iphone ireland
iron ironman island jack jackson jacob jaguar jambot james january japan jasmine jason jennifer jeremy jessica jesus
john johnny joker jonathan jordan joseph joshua july june justin juventus katie kelly kevin keyboard killer kimberly
king kitten kitty knight lakers laptop larry laura lauren legend lemon letmein liebe lily linda linux lion lisa
liverpool login london love lovely loveme lover loveyou lucky luigi madrid mage maggie magic man manager manchester
mango march maria marina mario mark martin mary master matrix matthew may mega megan melanie melissa mercedes merlin
metal metallica mexico michael michelle microsoft milan million minecraft mission mom mommy monday money monica monkey
moon morning motdepasse mother mountain mouse muenchen muffin music mustang naruto natalie nathan nature network never
newyork nicholas nicole night ninja nirvana nissan nokia nothing november nurse ocean october office okay oliver
olivia open opensesame oracle orange packers panther paris pass passwd password passwort patricia patrick patriots
paul peace peach peanut pepper pepsi peter philip phoenix piano pikachu pilot pink pirate pizza platinum playboy
player please pokemon police pony porsche power prince princess private public pumpkin puppy purple pussy qaz qazwsx
queen qwe qwer qwert qwerty qwertyui qwertz rabbit racer rachel racing rain rainbow ranger rebecca red redsox richard
river robert roblox robot rocket rocky ronald root rose ruby rugby russia ryan sabrina samantha samsung samurai sandra
sarah sasuke saturday schatz school scotland scott sean secret secure security senha september server service sesame
session sex sexy shadow shark sharon shit silver sister skate sky slipknot smile snake snow snowball soccer soldier
soleil something sommer sonic sophie sorry speed spider spiderman spring staple star stars startrek starwars steel
steelers stephanie stephen steven storm strawberry student sugar summer sun sunday sunshine super superman superuser
support susan sweet sweetie swimming system taylor teacher temp temporary tennis test tester testing texas thanks
thomas thunder thursday tiger tina today tom tomorrow tony toyota trinity trust trustno tuesday turbo turtle twitter
tyler ultra united university user vanessa victor victoria vincent vodka volleyball warcraft warrior wasd water
wednesday welcome whatever whiskey white william wilson windows winner winter wizard wolf woman word workspace world
wrestling wsx yamaha yankees yellow yes youtube zelda zxc zxcv
"""

COMMON_WORDS: frozenset[str] = frozenset(_WORDS.split())
